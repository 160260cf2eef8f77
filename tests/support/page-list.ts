/**
 * Every page there is, once: by the route that it is registered under, with what to fill in. What isn't a
 * page is told apart by its address. Whoever adds a page adds it here (tests/pages/gates.test.ts).
 */
import { LANGUAGES, languageRoot } from '#src/stations/fraction.ts'

/** What a town has to look at. */
export interface Places {
  /** A station, one with a long name, one with sixty containers, and one of which nothing is known. */
  readonly station: string
  readonly longName: string
  readonly many: string
  readonly unknown: string
  readonly container: string
  readonly device: string
  /** Somebody of the staff, by the name to sign in with. */
  readonly login: string
  readonly unknownContainer: string
  readonly post: string
  /** A booking that is being filled in, to its last question. */
  readonly draft: string
  /** One that was made: its reference and secret. */
  readonly booking: { readonly reference: string; readonly secret: string }
  /** A loan that was made, and what was answered before. */
  readonly loan: { readonly reference: string; readonly secret: string }
  readonly lending: { readonly thing: string; readonly from: string; readonly until: string }
  /** The number of one that was made. */
  readonly decision: string
}

export interface ListedPage {
  readonly what: string
  /** As registered, one for each language. */
  readonly routes: readonly string[]
  /** What stands for `:id` and so on. */
  readonly fill?: (places: Places) => Readonly<Record<string, string>>
  readonly query?: (places: Places) => Readonly<Record<string, string>>
  /** Whoever looks at it has signed in. */
  readonly staff?: true
  /** What its script puts there once it has begun; looked for before the page is looked at. */
  readonly begun?: string
  /** Default 200. */
  readonly status?: number
  /** With its stylesheet and scripts, compressed. Default 14 kB. */
  readonly wireBytes?: number
}

const inAll = (path: string): readonly string[] =>
  LANGUAGES.map((language) => languageRoot(language) + path)

const station = ({ station: id }: Places) => ({ id })
const draft = ({ draft: f }: Places) => ({ f })
const booking = ({ booking: own }: Places) => own
const loan = ({ loan: own }: Places) => own
const reference = ({ booking: own }: Places) => ({ reference: own.reference })
const LEND = ['/lana', '/en/borrow', '/fi/lainaa']
const FOLLOW = ['/folj', '/en/follow', '/fi/seuraa']
const BOOK = ['/boka', '/en/book', '/fi/varaa']
const under = (roots: readonly string[], path: string): readonly string[] =>
  roots.map((root) => root + path)

const RESIDENTS: readonly ListedPage[] = [
  { what: 'the list', routes: [...inAll('/'), '/en', '/fi'], wireBytes: 30_000 },
  {
    what: 'the list for one fraction, by distance',
    routes: inAll('/'),
    query: (places) => ({ fraction: 'paper', near: places.station }),
    wireBytes: 30_000,
  },
  { what: 'the list without an answer', routes: inAll('/'), query: () => ({ q: 'xyz' }) },
  { what: 'a station', routes: inAll('/s/:id'), fill: station },
  {
    what: 'a station with a long name',
    routes: inAll('/s/:id'),
    fill: ({ longName: id }) => ({ id }),
  },
  {
    what: 'a station with sixty containers',
    routes: inAll('/s/:id'),
    fill: ({ many: id }) => ({ id }),
    wireBytes: 30_000,
  },
  {
    what: 'a station of which nothing is known',
    routes: inAll('/s/:id'),
    fill: ({ unknown: id }) => ({ id }),
  },
  { what: 'a post', routes: inAll('/p/:key'), fill: ({ post: key }) => ({ key }) },
  {
    what: 'a container by its code',
    routes: inAll('/q/:code'),
    fill: ({ container: code }) => ({ code }),
  },
  {
    what: 'a container of which nothing is known',
    routes: inAll('/q/:code'),
    fill: ({ unknownContainer: code }) => ({ code }),
  },
  {
    what: 'a code that is nobody’s',
    routes: inAll('/q/:code'),
    fill: () => ({ code: 'hello' }),
    status: 404,
  },
  {
    what: 'what a report did',
    routes: inAll('/q/:code/told'),
    fill: ({ container: code }) => ({ code }),
    query: () => ({ kind: 'full', did: 'counted' }),
  },
  {
    what: 'a screen at the station',
    routes: ['/skarm/:id', '/en/display/:id', '/fi/naytto/:id'],
    fill: station,
    wireBytes: 20_000,
  },
  { what: 'the archive', routes: ['/arkiv', '/en/archive', '/fi/arkisto'] },
  {
    what: 'statistics',
    routes: ['/statistik', '/en/statistics', '/fi/tilastot'],
    wireBytes: 20_000,
  },
  {
    what: 'a station’s statistics',
    routes: ['/s/:id/statistik', '/en/s/:id/statistics', '/fi/s/:id/tilastot'],
    fill: station,
    wireBytes: 20_000,
  },
  { what: 'about', routes: ['/om', '/en/about', '/fi/tietoja'] },
  {
    what: 'the accessibility statement',
    routes: ['/tillganglighet', '/en/accessibility', '/fi/saavutettavuus'],
  },
  { what: 'following', routes: FOLLOW },
  {
    what: 'following one station',
    routes: ['/s/:id/folj', '/en/s/:id/follow', '/fi/s/:id/seuraa'],
    fill: station,
  },
  { what: 'after asking to follow', routes: under(FOLLOW, '/asked') },
  { what: 'after ending it', routes: under(FOLLOW, '/ended') },
  {
    what: 'a link that works no more',
    routes: under(FOLLOW, '/:token'),
    fill: () => ({ token: 'nothing' }),
    status: 404,
  },
  { what: 'booking: what', routes: BOOK },
  { what: 'booking: where', routes: under(BOOK, '/where'), query: draft },
  { what: 'booking: when', routes: under(BOOK, '/when'), query: draft },
  { what: 'booking: who', routes: under(BOOK, '/who'), query: draft },
  { what: 'booking: check', routes: under(BOOK, '/check'), query: draft },
  {
    what: 'a booking without its secret',
    routes: under(BOOK, '/:reference'),
    fill: booking,
    status: 404,
  },
  { what: 'one’s own booking', routes: under(BOOK, '/:reference/:secret'), fill: booking },
  ...['/cancel', '/what', '/where', '/when', '/who'].map((path) => ({
    what: `one’s own booking: ${path.slice(1)}`,
    routes: under(BOOK, `/:reference/:secret${path}`),
    fill: booking,
  })),
  { what: 'a loan: what', routes: LEND },
  { what: 'a loan: from', routes: LEND, query: ({ lending: { thing } }) => ({ thing }) },
  {
    what: 'a loan: until',
    routes: LEND,
    query: ({ lending: { thing, from } }) => ({ thing, from }),
  },
  { what: 'a loan: who', routes: LEND, query: ({ lending }) => lending },
  { what: 'one’s own loan', routes: under(LEND, '/:reference/:secret'), fill: loan },
  {
    what: 'one’s own loan: cancel',
    routes: under(LEND, '/:reference/:secret/cancel'),
    fill: loan,
  },
  { what: 'no such page', routes: inAll('/*'), fill: () => ({ '*': 'nope' }), status: 404 },
  { what: 'the API’s description', routes: ['/api/docs'], wireBytes: 60_000 },
]

const STAFF: readonly ListedPage[] = [
  { what: 'signing in', routes: ['/logga-in', '/en/sign-in'] },
  { what: 'signing out', routes: ['/logga-ut', '/en/sign-out'], staff: true },
  { what: 'the staff’s start', routes: ['/start', '/en/start'], staff: true },
  {
    what: 'the board',
    routes: ['/stab', '/en/board'],
    staff: true,
    begun: '#board > :not(.lead, [hidden])',
    wireBytes: 700_000,
  },
  { what: 'the day on paper', routes: ['/stab/utskrift', '/en/board/print'], staff: true },
  { what: 'bookings', routes: ['/stab/bokning', '/en/board/booking'], staff: true },
  {
    what: 'a new booking by phone',
    routes: ['/stab/bokning/ny', '/en/board/booking/new'],
    staff: true,
    wireBytes: 20_000,
  },
  { what: 'calls to return', routes: ['/stab/ring-tillbaka', '/en/board/call-back'], staff: true },
  {
    what: 'a booking, for staff',
    routes: ['/stab/bokning/:reference', '/en/board/booking/:reference'],
    fill: reference,
    staff: true,
  },
  {
    what: 'changing a booking, for staff',
    routes: ['/stab/bokning/:reference/andra', '/en/board/booking/:reference/change'],
    fill: reference,
    staff: true,
    wireBytes: 20_000,
  },
  {
    what: 'cancelling a booking, for staff',
    routes: ['/stab/bokning/:reference/avboka', '/en/board/booking/:reference/cancel'],
    fill: reference,
    staff: true,
  },
  {
    what: 'alarms',
    routes: ['/larm', '/en/alarms'],
    staff: true,
  },
  {
    what: 'sensors',
    routes: ['/enheter', '/en/devices'],
    staff: true,
    wireBytes: 30000,
  },
  {
    what: 'a sensor',
    routes: ['/enheter/:id', '/en/devices/:id'],
    fill: ({ device: id }) => ({ id }),
    staff: true,
    wireBytes: 20000,
  },
  {
    what: 'a sensor: are you sure',
    routes: ['/enheter/:id/andra', '/en/devices/:id/change'],
    fill: ({ device: id }) => ({ id }),
    query: () => ({ do: 'unmount' }),
    staff: true,
  },
  {
    what: 'a new sensor',
    routes: ['/enheter/ny', '/en/devices/new'],
    staff: true,
    wireBytes: 20000,
  },
  {
    what: 'base stations',
    routes: ['/enheter/basstation', '/en/devices/gateway'],
    staff: true,
    wireBytes: 20000,
  },
  {
    what: 'quarantine',
    routes: ['/karantan', '/en/quarantine'],
    staff: true,
  },
  {
    what: 'quarantine: once more',
    routes: ['/karantan/prova', '/en/quarantine/try'],
    query: () => ({ reason: 'unknown-device' }),
    staff: true,
  },
  {
    what: 'channels',
    routes: ['/kanaler', '/en/channels'],
    staff: true,
  },
  {
    what: 'a channel of no account',
    routes: ['/kanaler/andra', '/en/channels/change'],
    staff: true,
    status: 303,
  },
  {
    what: 'what was sent',
    routes: ['/kanaler/utskick', '/en/channels/deliveries'],
    staff: true,
  },
  {
    what: 'messages',
    routes: ['/kanaler/meddelanden', '/en/channels/messages'],
    staff: true,
  },
  {
    what: 'emptyings',
    routes: ['/tomningar', '/en/emptyings'],
    staff: true,
    wireBytes: 20000,
  },
  {
    what: 'a station’s emptyings',
    routes: ['/tomningar/:id', '/en/emptyings/:id'],
    fill: station,
    staff: true,
    wireBytes: 20000,
  },
  {
    what: 'an emptying that nobody knows',
    routes: ['/tomningar/:id/aldrig', '/en/emptyings/:id/never'],
    fill: station,
    staff: true,
    status: 404,
  },
  {
    what: 'in the field',
    routes: ['/tillsyn', '/en/field'],
    staff: true,
    wireBytes: 20000,
  },
  {
    what: 'in the field, a station',
    routes: ['/tillsyn/:id', '/en/field/:id'],
    fill: station,
    staff: true,
  },
  {
    what: 'loans',
    routes: ['/utlan', '/en/loans'],
    staff: true,
  },
  {
    what: 'a loan, for staff',
    routes: ['/utlan/:reference', '/en/loans/:reference'],
    fill: ({ loan: own }) => ({ reference: own.reference }),
    staff: true,
  },
  {
    what: 'the rider’s round',
    routes: ['/rider', '/en/rider'],
    staff: true,
    begun: '#rider > *',
    wireBytes: 60_000,
  },
  { what: 'persons', routes: ['/personer', '/en/persons'], staff: true },
  { what: 'who saw whom', routes: ['/personer/atkomst', '/en/persons/access'], staff: true },
  {
    what: 'what befell a booking',
    routes: ['/personer/bokning', '/en/persons/booking'],
    query: ({ booking: own }) => ({ reference: own.reference }),
    staff: true,
  },
  { what: 'users', routes: ['/anvandare', '/en/users'], staff: true, wireBytes: 20_000 },
  {
    what: 'a user',
    routes: ['/anvandare/:login', '/en/users/:login'],
    fill: ({ login }) => ({ login }),
    staff: true,
  },
  {
    what: 'a user: are you sure',
    routes: ['/anvandare/:login/ta-bort', '/en/users/:login/remove'],
    fill: ({ login }) => ({ login }),
    staff: true,
  },
  { what: 'one’s own account', routes: ['/mitt-konto', '/en/my-account'], staff: true },
  { what: 'settings', routes: ['/installningar', '/en/settings'], staff: true, wireBytes: 20_000 },
  {
    what: 'the rules',
    routes: ['/regler', '/en/rules'],
    staff: true,
    begun: 'textarea',
    wireBytes: 250_000,
  },
  { what: 'why', routes: ['/beslut', '/en/decisions'], staff: true, wireBytes: 20_000 },
  {
    what: 'why, of one decision',
    routes: ['/beslut/:id', '/en/decisions/:id'],
    fill: ({ decision: id }) => ({ id }),
    staff: true,
  },
  {
    what: 'corrections',
    routes: ['/rattelser', '/en/corrections'],
    staff: true,
    wireBytes: 20_000,
  },
  { what: 'silences', routes: ['/tystnader', '/en/silences'], staff: true },
]

export const PAGES: readonly ListedPage[] = [...RESIDENTS, ...STAFF]

/** Addresses that answer with something else than a page. */
export const NO_PAGES: readonly RegExp[] = [
  /^\/api\/(v1\/|openapi|\*)/,
  /^(\/en|\/fi)?\/feeds\//,
  /^\/assets\//,
  /\.(png|svg|ics|js|json|webmanifest|pmtiles)$/,
  /^\/(healthz|readyz|metrics)$/,
  // Leads to the page of the link.
  /^\/folj\/:token\/end$/,
]

export function pathOf(page: ListedPage, route: string, places: Places): string {
  const filled = Object.entries(page.fill?.(places) ?? {}).reduce(
    (path, [name, value]) =>
      path.replace(name === '*' ? '*' : `:${name}`, encodeURIComponent(value)),
    route,
  )
  const query = new URLSearchParams(page.query?.(places)).toString()
  return query === '' ? filled : `${filled}?${query}`
}
