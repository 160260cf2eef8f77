/** Posts that gather what many places had to say: the day's digest, and what a correction takes back. */
import type { PostItem } from '#src/rules/decision.ts'
import { fractionName } from '#src/stations/fraction.ts'
import type { TownIndex } from '#src/stations/town-index.ts'
import { atPlace, fractionOf, listNames, placeKind, shortPlace } from './telling.ts'
import type { Group, Telling } from './telling.ts'
import { fact } from './text-facts.ts'
import type { Fact } from './text-facts.ts'

/** `Dagens sammanfattning, 18:00.`, then for each kind of news where it is so: `Fullt: Ekudden (textil) och Hamnen.` */
export function digestSentences(telling: Telling): readonly string[] {
  const { post, groups, town, phrases, room } = telling
  const said = groups.slice(0, room.sentences).map((group) => {
    return `${phrases.say(`heading.${group.template}`, {})}: ${listPlaces(group, telling)}.`
  })
  const now = phrases.clock(post.at, post.at, town.town.timeZone)
  return [phrases.say('sentence.digest', { now }), ...said]
}

/** `Rättelse: vi skrev 10:45 att det var fullt på Ekudden (textil). Det stämde inte.` */
export function correctionSentence(telling: Telling): string {
  const { post, groups, town, phrases, room } = telling
  const claims = groups.slice(0, room.sentences).map((group) => {
    const kind = placeKind(placeOf(group.items[0]!, telling))
    const places = atPlace(listPlaces(group, telling), kind, phrases)
    return phrases.say(`claim.${group.template}`, { places })
  })
  const at = post.correctsAt ?? post.at
  return phrases.say('sentence.correction', {
    time: phrases.clock(at, post.at, town.town.timeZone),
    claims: fact('place', phrases.list(claims)),
  })
}

function listPlaces({ items }: Group, telling: Telling): Fact<'place'> {
  const places = Map.groupBy(items, (item) => shortPlace(placeOf(item, telling), telling))
  const labels = [...places].map(([name, items]) => {
    const fractions = telling.room.details ? fractionsOf(items, telling.town) : []
    if (fractions.length === 0) return name
    const names = fractions.map((fraction) => fractionName(fraction, telling.language))
    return `${name} (${telling.phrases.list(names)})`
  })
  return fact('place', listNames(labels, telling))
}

/** An item says where only in a post of more than one place. */
function placeOf(item: PostItem, { post }: Telling): Pick<PostItem, 'stationId' | 'areaId'> {
  return item.stationId === undefined && item.areaId === undefined ? post : item
}

function fractionsOf(items: readonly PostItem[], town: TownIndex) {
  return [...new Set(items.flatMap((item) => fractionOf(item, town) ?? []))]
}
