/** What the map that residents open says. */
import type { Language } from '#src/stations/fraction.ts'
import type { MapWords } from '#src/wording/map-terms.ts'

interface OfferWords extends MapWords {
  readonly open: string
  readonly close: string
  readonly loading: string
  readonly opened: string
  readonly failed: string
  readonly tilesFrom: (host: string) => string
}

const sv: OfferWords = {
  open: 'Öppna karta',
  close: 'Stäng kartan',
  loading: 'Kartan hämtas …',
  opened: 'Kartan är öppen. Välj en station för att se hur det ser ut där.',
  failed: 'Kartan gick inte att öppna. Bilden och listan visar samma sak.',
  tilesFrom: (host) =>
    `Öppnar du kartan hämtas dess bakgrund från ${host}, som då ser din IP-adress.`,
  title:
    'Karta att flytta i, ett komplement till listan. Piltangenter flyttar, plus och minus zoomar, Enter visar stationen närmast mitten.',
  zoomIn: 'Zooma in',
  zoomOut: 'Zooma ut',
  whole: 'Visa alla stationer',
  closePopup: 'Stäng rutan',
  noTiles: 'Kartans bakgrund gick inte att hämta. Stationerna visas ändå.',
}

const en: OfferWords = {
  open: 'Open map',
  close: 'Close the map',
  loading: 'Fetching the map …',
  opened: 'The map is open. Choose a station to see how it is there.',
  failed: 'The map could not be opened. The picture and the list show the same.',
  tilesFrom: (host) =>
    `If you open the map its background is fetched from ${host}, which then sees your IP address.`,
  title:
    'A map to move in, beside the list. Arrow keys move, plus and minus zoom, Enter shows the station nearest to the middle.',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  whole: 'Show all stations',
  closePopup: 'Close the box',
  noTiles: 'The map’s background could not be fetched. The stations are shown all the same.',
}

const fi: OfferWords = {
  open: 'Avaa kartta',
  close: 'Sulje kartta',
  loading: 'Karttaa haetaan …',
  opened: 'Kartta on auki. Valitse piste, niin näet sen tilanteen.',
  failed: 'Karttaa ei voitu avata. Kuva ja luettelo näyttävät saman.',
  tilesFrom: (host) =>
    `Jos avaat kartan, sen tausta haetaan osoitteesta ${host}, joka näkee silloin IP-osoitteesi.`,
  title:
    'Liikuteltava kartta luettelon rinnalla. Nuolinäppäimet siirtävät, plus ja miinus zoomaavat, Enter näyttää keskikohtaa lähimmän pisteen.',
  zoomIn: 'Lähennä',
  zoomOut: 'Loitonna',
  whole: 'Näytä kaikki pisteet',
  closePopup: 'Sulje ruutu',
  noTiles: 'Kartan taustaa ei voitu hakea. Pisteet näkyvät silti.',
}

export const MAP_WORDS: Readonly<Record<Language, OfferWords>> = { sv, en, fi }
