/** About the service, and the accessibility statement that the law asks for (DOS-lagen, 2018:1937). */
import type { Language } from '#src/stations/fraction.ts'
import { parseInstant } from '#src/stations/time.ts'
import { dateText } from '#src/wording/status-text.ts'
import { aboutFinnish, statementFinnish } from './about-pages-fi.ts'
import { bookingPrivacy } from './book-words.ts'
import { contact, contactList, DIGG_REPORT } from './contact.ts'
import { feedSection, followPrivacy } from './feed-links.ts'
import { html, type Html } from './html.ts'
import { aboutPath, accessibilityPath, layout, operatorName, withSoftHyphens } from './layout.ts'
import type { View } from './site.ts'

const ABOUT: Readonly<Record<Language, (view: View) => Html>> = {
  sv: aboutSwedish,
  en: aboutEnglish,
  fi: aboutFinnish,
}

/** `reviewed` is the day when somebody went through the pages by hand; undefined: nobody has. */
type Statement = (view: View, reviewed: string | undefined) => Html
const STATEMENTS: Readonly<Record<Language, Statement>> = {
  sv: statementSwedish,
  en: statementEnglish,
  fi: statementFinnish,
}

export function aboutPage(view: View): Html {
  const town = view.town.town.name
  return layout(view, {
    title: `${view.say.about} – ${town}`,
    description: view.say.aboutLead(town),
    pathInAll: aboutPath,
    body: ABOUT[view.language](view),
  })
}

function aboutSwedish(view: View): Html {
  return html`<div class="prose">
    <h1>Om tjänsten</h1>
    <p class="lead">
      Återvinningsstationerna i ${view.town.town.name} säger själva till när de är fulla. Du slipper
      åka i onödan, och det blir mindre skräp bredvid behållarna.
    </p>
    <h2>Så fungerar det</h2>
    <p>
      I behållarna sitter givare som mäter hur långt det är ner till innehållet. Mätvärdena kommer
      hit några gånger om dagen eller oftare. När en behållare har varit full en stund skriver
      stationen ett inlägg, och ett till när det finns plats igen.
    </p>
    <h2>Så säkert är det</h2>
    <p>
      Vi visar alltid hur gammalt ett mätvärde är. När en givare har tystnat står det ”okänt”,
      aldrig att det är tomt. Mätvärden kan vara fel: en stor kartong som fastnat överst kan se ut
      som en full behållare.
    </p>
    <h2>Varför skrevs det?</h2>
    <p>
      Under varje inlägg finns ”Varför skrevs detta?”. Där står vilka villkor som prövades, vilka
      mätvärden de byggde på och om något höll inlägget tillbaka.
    </p>
    <h2>Dina rapporter</h2>
    <p>
      Vem som helst kan säga till genom koden på behållaren: full, plats finns, skräp, trasig eller
      halt. En person räknas en gång, och en ensam rapport blir aldrig ett inlägg. Högst tre räknas,
      hur många som än trycker.
    </p>
    <h2 id="data">Personuppgifter</h2>
    <p>
      Sidorna använder ingen spårning och inget från andra webbplatser. En kaka sätts bara när du
      rapporterar. Den innehåller slumpmässiga tecken, gäller i ett dygn och finns för att samma
      telefon ska räknas en gång.
    </p>
    <p>
      Av en rapport sparar vi vad den gällde, var och när, och ett märke som skiljer en person från
      en annan. Märket räknas fram med en hemlig nyckel som byts varje dygn och slängs dygnet efter.
      Sedan kan ingen, inte heller vi, ta reda på vem märket var. Namn, telefon och nätadress sparas
      inte.
    </p>
    ${followPrivacy(view)} ${bookingPrivacy(view)} ${feedSection(view)}
    <h2>Öppna data</h2>
    <p>
      Allt du ser finns också som öppna data, utan nyckel.
      <a href="/api/docs" hreflang="en">Beskrivning av öppna data (på engelska)</a>.
    </p>
    ${contact(view)}
  </div>`
}

function aboutEnglish(view: View): Html {
  return html`<div class="prose">
    <h1>About</h1>
    <p class="lead">
      The recycling stations in ${view.town.town.name} say so themselves when they are full. You are
      spared a trip in vain, and less litter ends up beside the containers.
    </p>
    <h2>How it works</h2>
    <p>
      Sensors in the containers measure how far down the contents are. The readings come here a few
      times a day or more often. When a container has been full for a while the station writes a
      post, and another when there is room again.
    </p>
    <h2>How sure it is</h2>
    <p>
      We always show how old a reading is. When a sensor has gone silent we say “unknown”, never
      that the container is empty. Readings can be wrong: a large box stuck at the top may look like
      a full container.
    </p>
    <h2>Why was it written?</h2>
    <p>
      Under each post you find “Why was this written?”. It tells which conditions were tried, which
      readings they rest on, and whether anything held the post back.
    </p>
    <h2>Your reports</h2>
    <p>
      Anybody can tell us by the code on the container: full, has room, litter, broken or slippery.
      One person counts once, and one report alone never becomes a post. Three count at most,
      however many press.
    </p>
    <h2 id="data">Personal data</h2>
    <p>
      These pages use no tracking and nothing from other sites. A cookie is set only when you
      report. It holds random characters, lasts a day, and is there so that the same phone counts
      once.
    </p>
    <p>
      Of a report we keep what it was about, where and when, and a mark that tells one person from
      another. The mark is made with a secret key that is changed every day and thrown away the day
      after. Then nobody, not even we, can find out whose mark it was. Names, phones and network
      addresses are not kept.
    </p>
    ${followPrivacy(view)} ${bookingPrivacy(view)} ${feedSection(view)}
    <h2>Open data</h2>
    <p>
      All that you see is open data too, without a key.
      <a href="/api/docs">Description of the open data</a>.
    </p>
    ${contact(view)}
  </div>`
}

export function accessibilityPage(view: View): Html {
  const { reviewedAt: day } = view.operator
  const reviewed = day === undefined ? undefined : parseInstant(`${day}T12:00:00Z`)
  const reviewedText =
    reviewed === undefined ? undefined : dateText(reviewed, view.timeZone, view.language)
  return layout(view, {
    title: `${view.say.accessibility} – ${view.town.town.name}`,
    description: view.say.accessibilityLead,
    pathInAll: accessibilityPath,
    body: STATEMENTS[view.language](view, reviewedText),
  })
}

function statementSwedish(view: View, reviewed: string | undefined): Html {
  return html`<div class="prose">
    <h1>${withSoftHyphens('Tillgänglighetsredogörelse')}</h1>
    <p class="lead">
      ${operatorName(view)} står bakom de här sidorna och vill att alla ska kunna använda dem. Här
      står hur sidorna uppfyller lagen om tillgänglighet till digital offentlig service, vad vi vet
      brister och hur du kan rapportera brister.
    </p>
    <h2>Hur tillgängliga är sidorna?</h2>
    <p>
      Sidorna är byggda för att uppfylla EN 301 549 V3.2.1 och därmed WCAG 2.1 på nivå AA, samt
      kriterium 2.5.8 i WCAG 2.2 om klickytors storlek. De fungerar utan JavaScript, med bara
      tangentbord och vid 400 procents förstoring.
    </p>
    <p>
      ${
        reviewed === undefined
          ? 'Vi har ännu inte granskat sidorna för hand och påstår därför inte att de är helt förenliga med lagen.'
          : `Sidorna granskades senast ${reviewed}.`
      }
    </p>
    <h2>Vad vi vet brister</h2>
    <ul>
      <li>Kartan visar bara läget i stort. Samma uppgifter finns i listan bredvid.</li>
      <li>Beskrivningen av öppna data, för programmerare, finns bara på engelska.</li>
      <li>
        Villkoren under ”Varför skrevs detta?” återges ordagrant i reglernas eget språk, med en
        mening på vanlig svenska ovanför.
      </li>
      <li>
        Sidorna är automatiskt provade i Chromium. Skärmläsare på telefon är ännu inte provade.
      </li>
    </ul>
    <h2>Säg till om något brister</h2>
    <p>Du kan vara anonym. Säg också till om du behöver uppgifterna i en annan form.</p>
    ${contactList(view)}
    <h2>Tillsyn</h2>
    <p>
      Myndigheten för digital förvaltning, Digg, har tillsyn över lagen. Är du inte nöjd med hur vi
      hanterar det du framfört kan du
      <a href="${DIGG_REPORT}">anmäla bristande tillgänglighet till Digg</a>.
    </p>
    <h2>Hur vi prövar</h2>
    <p>
      Varje ändring prövas automatiskt med axe-core i Chromium: alla slags sidor, ljust och mörkt,
      360 och 1280 bildpunkter brett, på svenska, engelska och finska. Automatiska prov hittar
      ungefär hälften av alla brister; resten kräver att människor provar.
    </p>
  </div>`
}

function statementEnglish(view: View, reviewed: string | undefined): Html {
  return html`<div class="prose">
    <h1>Accessibility statement</h1>
    <p class="lead">
      ${operatorName(view)} is responsible for these pages and wants everybody to be able to use
      them. This tells how they meet the Swedish act on accessibility to digital public services,
      what we know falls short, and how you can report a fault.
    </p>
    <h2>How accessible are the pages?</h2>
    <p>
      The pages are built to meet EN 301 549 V3.2.1 and thereby WCAG 2.1 level AA, and criterion
      2.5.8 of WCAG 2.2 on the size of targets. They work without JavaScript, with a keyboard alone
      and at 400 per cent zoom.
    </p>
    <p>
      ${
        reviewed === undefined
          ? 'Nobody has gone through the pages by hand yet, so we don’t claim that they conform fully.'
          : `The pages were last gone through on ${reviewed}.`
      }
    </p>
    <h2>What we know falls short</h2>
    <ul>
      <li>The map shows only the overall state. The list beside it says the same.</li>
      <li>The description of the open data, for programmers, is in English only.</li>
      <li>
        The conditions under “Why was this written?” are quoted in the rules’ own language, below a
        sentence in plain English.
      </li>
      <li>
        The pages are tried automatically in Chromium. Screen readers on phones have not been tried
        yet.
      </li>
    </ul>
    <h2>Tell us if something falls short</h2>
    <p>You may be anonymous. Tell us, too, if you need the information in another form.</p>
    ${contactList(view)}
    <h2>Supervision</h2>
    <p>
      The Agency for Digital Government, Digg, supervises the act. If you aren’t content with how we
      handle what you told us you can
      <a href="${DIGG_REPORT}" hreflang="sv">report lacking accessibility to Digg</a>.
    </p>
    <h2>How we test</h2>
    <p>
      Every change is tried automatically with axe-core in Chromium: every kind of page, light and
      dark, 360 and 1280 pixels wide, in Swedish, English and Finnish. Automatic tests find about
      half of all faults; people have to find the rest.
    </p>
  </div>`
}
