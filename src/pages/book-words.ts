/** What the pages about booking the return bike say. */
import type { Reason } from '#src/pickups/booking/booking.ts'
import type { Language } from '#src/stations/fraction.ts'
import type { BookingLanguage } from '#src/stations/return-bike.ts'
import { fi } from './book-words-fi.ts'
import { html, type Html } from './html.ts'

/** Which page of the form, in order. */
export const STEPS = ['what', 'where', 'when', 'who'] as const
export type Step = (typeof STEPS)[number]

/** What was just done to a booking. */
export const DIDS = ['booked', 'changed', 'declined', 'stale'] as const
export type Did = (typeof DIDS)[number]

const sv = {
  step: (no: number, of: number) => `Fråga ${no} av ${of}`,
  back: 'Tillbaka',
  next: 'Fortsätt',
  save: 'Spara ändringen',
  faultTitle: 'Något behöver ändras',
  faultPrefix: 'Fel: ',
  optional: '(om du vill)',

  what: 'Vad ska hämtas?',
  lead: 'Returcykeln kommer hem till dig och hämtar det som inte ryms i kassen. Du behöver inget konto.',
  limits: (items: number, kg: number, litres: string) =>
    `Högst ${items} saker åt gången, och tillsammans högst ${litres} liter. En person ska kunna bära var och en: högst ${kg} kg.`,
  household: (errands: number, days: number) =>
    `Ett hushåll kan boka ${errands === 1 ? 'en gång' : `${errands} gånger`} på ${days} dagar.`,
  howMany: 'Skriv hur många av varje',
  about: (kg: string) => `ungefär ${kg} kg`,
  atMost: (most: number) => `högst ${most}`,
  refused: 'Det här kan cykeln inte ta',

  where: 'Var ska vi hämta?',
  address: 'Adress',
  addressHint: 'Gata och nummer.',
  postcode: 'Postnummer',
  apartment: 'Lägenhet',
  apartmentHint: 'Nummer eller namnet på dörren, om flera bor på adressen.',
  noAddress: 'Hittar vi inte adressen?',
  position: 'Läge på kartan',
  positionHint:
    'Latitud och longitud, till exempel 57.7211, 12.9398. En kartapp visar dem när du håller ett finger på platsen.',
  point: 'Tryck på kartan där det ska hämtas. Kartan kommer närmare.',
  pointAgain: 'Platsen är utmärkt. Tryck igen om den ska flyttas.',
  pointWhole: 'Visa hela kartan',
  note: 'Hur kommer vi in?',
  noteHint: (days: number) =>
    `Portkod, våning eller vad vi behöver veta. Bara den som cyklar får se det. Det raderas ${days === 1 ? 'en dag' : `${days} dagar`} efter hämtningen.`,
  meant: (address: string) => `Menade du ${address}?`,

  when: 'När passar det?',
  whenHint: 'Var hemma då, så att vi får sakerna vid dörren.',
  full: 'fullt',
  tooFull: 'ryms inte allt',
  closed: (when: string) => `gick att boka till ${when}`,
  placesLeft: (n: number) => (n === 1 ? '1 plats kvar' : `${n} platser kvar`),
  yours: 'din tid nu',
  wait: 'Ingen av tiderna: ställ mig på väntelistan',
  waitHint:
    'Blir det en plats ledig får du ett meddelande och kan tacka ja. Den som har fått minst hjälp och väntat längst får frågan först.',
  noSlots: 'Just nu finns ingen tid att boka.',

  who: 'Hur når vi dig?',
  name: 'Namn',
  nameHint: 'Den vi frågar efter vid dörren.',
  phone: 'Telefon',
  phoneHint: 'Vi skickar sms om hämtningen.',
  email: 'E-post',
  emailHint: 'Räcker om du hellre får brev. Fyll i det ena, eller båda.',
  language: 'Språk i meddelanden',
  languages: {
    sv: 'svenska',
    en: 'engelska',
    fi: 'finska',
    ar: 'arabiska',
    so: 'somaliska',
  } satisfies Record<BookingLanguage, string>,
  interpreter: 'Jag vill ha tolk',
  privacy: (days: number) =>
    `Det du skriver sparas krypterat, används bara till hämtningen och raderas ${days} dagar efter den.`,
  privacyMore: 'Så hanterar vi uppgifter',
  kept: 'Bokar du returcykeln sparar vi namn, adress, telefon eller e-post, vad som ska hämtas och hur man kommer in, krypterat. Bara den som planerar och den som cyklar får se det, och det raderas en tid efter hämtningen. Hur länge står där du skriver det. På bokningens sida kan du ändra det och avboka.',

  check: 'Stämmer det här?',
  things: 'Saker',
  place: 'Adress',
  time: 'Tid',
  reach: 'Du nås på',
  change: 'Ändra',
  changeWhat: { what: 'saker', where: 'adress', when: 'tid', who: 'hur vi når dig' },
  waiting: 'På väntelistan',
  held: (clock: string) => `Tiden är din till ${clock}.`,
  send: 'Boka hämtningen',
  sendWaiting: 'Ställ mig på väntelistan',

  did: {
    booked: 'Tack! Vi har tagit emot din bokning.',
    changed: 'Ändringen är gjord.',
    declined: 'Du har tackat nej och står kvar på väntelistan.',
    stale: 'Bokningen har ändrats sedan du öppnade den. Så här ser den ut nu.',
  } satisfies Record<Did, string>,
  states: {
    waiting: 'Du står på väntelistan',
    booked: 'Hämtningen är bokad',
    done: 'Hämtningen är klar',
    missed: 'Det blev ingen hämtning',
    cancelled: 'Bokningen är avbokad',
    unserved: 'Det blev ingen plats',
  },
  reference: 'Ditt bokningsnummer',
  nextTitle: 'Vad händer nu?',
  nextMessage: (to: string) => `Du får ett meddelande till ${to} med en länk hit.`,
  nextRemind: (days: string) => `Vi påminner dig ${days} före.`,
  daysBefore: (days: number) => (days === 1 ? '1 dag' : `${days} dagar`),
  nextHome: 'Var hemma under tiden. Ha sakerna nära dörren om du kan.',
  nextWait: (day: string) =>
    `Blir det en plats ledig senast ${day} får du ett meddelande och kan tacka ja.`,
  keepLink: 'Spara den här sidan som bokmärke: den som har adressen kan ändra och avboka.',
  calendar: 'Lägg i kalendern',
  event: (town: string) => `Returcykeln hämtar (${town})`,
  notServed:
    'Cykeln kör inte längre då. Vi hör av oss om en annan tid, eller så kan du välja en själv.',
  offerTitle: 'Det finns en plats för dig',
  offer: (when: string, until: string) => `${when}. Svara senast ${until}.`,
  take: 'Ja, ta den tiden',
  decline: 'Nej, vänta på en annan',
  changeUntil: (until: string) => `Du kan ändra här till ${until}.`,
  cancelUntil: (until: string) => `Du kan avboka här till ${until}.`,
  tooLate: 'Det är för sent att ändra eller avboka här. Hör av dig till oss i stället:',
  tooLateToChange: 'Det är för sent att ändra här, men du kan avboka. Hör annars av dig till oss:',
  cancel: 'Avboka',
  cancelTitle: 'Vill du avboka?',
  cancelText: 'Platsen går till någon annan. Du kan boka igen när du vill.',
  cancelYes: 'Ja, avboka',
  cancelNo: 'Nej, behåll bokningen',
  again: 'Boka en ny hämtning',

  gone: 'Bokningen finns inte',
  goneText:
    'Länken är fel, eller så är bokningen raderad. Öppna länken i meddelandet du fick, eller hör av dig till oss:',
  lost: 'Formuläret är för gammalt',
  lostText: 'Det har stått öppet för länge, och vi sparar inget innan du har bokat.',
  again2: 'Börja om',
  sent: 'Formuläret är redan skickat',
  sentText:
    'Du har redan bokat med det. Öppna länken i meddelandet du fick om du vill ändra något.',
  tooMany: 'Vänta lite',
  tooManyText: (minutes: number) =>
    `Det har kommit många försök härifrån. Försök igen om ${minutes === 1 ? 'en minut' : `${minutes} minuter`}.`,
  elsewhere: 'Det gick inte',
  elsewhereText: 'Det du skickade kom inte från den här sidan. Försök härifrån i stället.',

  faults: {
    count: (thing: string) => `${thing}: skriv ett antal med siffror, till exempel 2.`,
    itemMost: (thing: string, most: number) => `${thing}: högst ${most} åt gången.`,
    address: 'Skriv gata och nummer, till exempel Storgatan 12.',
    postcode: 'Skriv postnumret med fem siffror, till exempel 504 30.',
    apartment: 'Skriv lägenheten med högst 40 tecken.',
    position: 'Skriv latitud och longitud, till exempel 57.7211, 12.9398.',
    note: 'Skriv högst 200 tecken.',
    slot: 'Välj en tid.',
    name: 'Skriv ett namn.',
    phone: 'Skriv ett telefonnummer, till exempel 070-123 45 67.',
    email: 'Skriv en e-postadress, till exempel namn@exempel.se.',
    reach: 'Fyll i telefon eller e-post, så att vi når dig.',
    language: 'Välj ett språk.',
  },
  reasons: {
    'no-such-slot': () => 'Cykeln kör inte då. Välj en annan tid.',
    'slot-not-open': () => 'Den dagen går inte att boka än. Välj en tidigare.',
    'slot-closed': () => 'Det är för sent att boka den tiden. Välj en annan.',
    'slot-full': () => 'Tiden har inte längre rum för allt. Välj en annan.',
    'nothing-asked-for': () => 'Skriv hur många av minst en sak.',
    'unknown-item': () => 'Något du valde hämtas inte längre. Välj igen.',
    'refused-item': () => 'Något du valde kan cykeln inte ta.',
    'too-many-things': (most) => `Högst ${most} saker åt gången.`,
    'too-large': (most) => `Det blir för mycket: högst ${most} liter åt gången.`,
    'must-not-ride-together': (_, thing) =>
      `${thing} får inte åka ihop med annat du har valt. Boka dem var för sig.`,
    'household-limit': (most) =>
      `Hushållet har redan bokat ${most === 1 ? 'en gång' : `${most} gånger`} kring den dagen. Välj en senare dag.`,
    'item-limit': (most, thing) =>
      `${thing}: högst ${most} för ett hushåll, och ni har bokat förut kring den dagen.`,
    'outside-area': () => 'Dit kommer cykeln inte än.',
    'unknown-address': () => 'Vi hittar inte adressen.',
    'postcode-needed': () => 'Det finns flera sådana adresser. Fyll i postnumret.',
    'apartment-needed': () => 'Flera bor på adressen. Fyll i lägenheten.',
    'already-waiting': () => 'Hushållet står redan på väntelistan.',
    'too-many-holds': () => 'Många bokar härifrån just nu. Försök igen om några minuter.',
    'too-late-to-change': () => 'Det är för sent att ändra här. Hör av dig till oss.',
    'too-late-to-cancel': () => 'Det är för sent att avboka här. Hör av dig till oss.',
    over: () => 'Bokningen är redan avslutad.',
  } satisfies ReasonWords as ReasonWords,
}

type ReasonWords = Readonly<Record<Reason, (most: number, thing: string) => string>>

export type BookWords = typeof sv

const en: BookWords = {
  step: (no, of) => `Question ${no} of ${of}`,
  back: 'Back',
  next: 'Continue',
  save: 'Save the change',
  faultTitle: 'Something needs changing',
  faultPrefix: 'Error: ',
  optional: '(optional)',

  what: 'What should we fetch?',
  lead: 'The return bike comes to your door and fetches what doesn’t fit in a carrier bag. You need no account.',
  limits: (items, kg, litres) =>
    `At most ${items} things at a time, together at most ${litres} litres. One person must be able to carry each: at most ${kg} kg.`,
  household: (errands, days) =>
    `A household can book ${errands === 1 ? 'once' : `${errands} times`} within ${days} days.`,
  howMany: 'Write how many of each',
  about: (kg) => `about ${kg} kg`,
  atMost: (most) => `at most ${most}`,
  refused: 'What the bike can’t take',

  where: 'Where should we fetch it?',
  address: 'Address',
  addressHint: 'Street and number.',
  postcode: 'Postcode',
  apartment: 'Apartment',
  apartmentHint: 'Its number or the name on the door, if several homes share the address.',
  noAddress: 'Can’t we find the address?',
  position: 'Position on the map',
  positionHint:
    'Latitude and longitude, such as 57.7211, 12.9398. A map app shows them when you hold a finger on the place.',
  point: 'Press the map where we should fetch it. The map comes nearer.',
  pointAgain: 'The place is marked. Press again to move it.',
  pointWhole: 'Show the whole map',
  note: 'How do we get in?',
  noteHint: (days) =>
    `Door code, floor or what we need to know. Only the rider sees it. It is erased ${days === 1 ? 'one day' : `${days} days`} after the pickup.`,
  meant: (address) => `Did you mean ${address}?`,

  when: 'When does it suit you?',
  whenHint: 'Be at home then, so that you can hand us the things at the door.',
  full: 'full',
  tooFull: 'not room for everything',
  closed: (when) => `could be booked until ${when}`,
  placesLeft: (n) => (n === 1 ? '1 place left' : `${n} places left`),
  yours: 'your time now',
  wait: 'None of these: put me on the waiting list',
  waitHint:
    'If a place comes free you get a message and can say yes. Those who have been helped least and waited longest are asked first.',
  noSlots: 'There is no time to book right now.',

  who: 'How do we reach you?',
  name: 'Name',
  nameHint: 'Who we ask for at the door.',
  phone: 'Phone',
  phoneHint: 'We send text messages about the pickup.',
  email: 'E-mail',
  emailHint: 'Enough if you prefer letters. Fill in one of them, or both.',
  language: 'Language of messages',
  languages: { sv: 'Swedish', en: 'English', fi: 'Finnish', ar: 'Arabic', so: 'Somali' },
  interpreter: 'I want an interpreter',
  privacy: (days) =>
    `What you write is kept encrypted, is used for the pickup alone and is erased ${days} days after it.`,
  privacyMore: 'How we handle data',
  kept: 'If you book the return bike we keep name, address, phone or e-mail, what is to be fetched and how to get in, encrypted. Only those who plan and ride see it, and it is erased some time after the pickup. How long is said where you write it. You can change it and cancel on the booking’s page.',

  check: 'Is this right?',
  things: 'Things',
  place: 'Address',
  time: 'Time',
  reach: 'You are reached by',
  change: 'Change',
  changeWhat: { what: 'things', where: 'address', when: 'time', who: 'how we reach you' },
  waiting: 'On the waiting list',
  held: (clock) => `The time is yours until ${clock}.`,
  send: 'Book the pickup',
  sendWaiting: 'Put me on the waiting list',

  did: {
    booked: 'Thank you! We have your booking.',
    changed: 'The change is made.',
    declined: 'You have said no and stay on the waiting list.',
    stale: 'The booking has changed since you opened it. This is how it is now.',
  },
  states: {
    waiting: 'You are on the waiting list',
    booked: 'The pickup is booked',
    done: 'The pickup is done',
    missed: 'There was no pickup',
    cancelled: 'The booking is cancelled',
    unserved: 'No place came free',
  },
  reference: 'Your booking number',
  nextTitle: 'What happens now?',
  nextMessage: (to) => `You get a message at ${to} with a link to this page.`,
  nextRemind: (days) => `We remind you ${days} before.`,
  daysBefore: (days) => (days === 1 ? '1 day' : `${days} days`),
  nextHome: 'Be at home during that time. Have the things near the door if you can.',
  nextWait: (day) =>
    `If a place comes free no later than ${day} you get a message and can say yes.`,
  keepLink: 'Keep this page as a bookmark: whoever has its address can change and cancel.',
  calendar: 'Put it in your calendar',
  event: (town) => `The return bike comes (${town})`,
  notServed:
    'The bike no longer runs then. We will call you about another time, or you can choose one yourself.',
  offerTitle: 'There is a place for you',
  offer: (when, until) => `${when}. Answer no later than ${until}.`,
  take: 'Yes, take that time',
  decline: 'No, wait for another',
  changeUntil: (until) => `You can change it here until ${until}.`,
  cancelUntil: (until) => `You can cancel it here until ${until}.`,
  tooLate: 'It is too late to change or cancel here. Please contact us instead:',
  tooLateToChange: 'It is too late to change here, but you can cancel. Otherwise contact us:',
  cancel: 'Cancel the booking',
  cancelTitle: 'Do you want to cancel?',
  cancelText: 'The place goes to somebody else. You can book again whenever you like.',
  cancelYes: 'Yes, cancel',
  cancelNo: 'No, keep the booking',
  again: 'Book another pickup',

  gone: 'There is no such booking',
  goneText:
    'The link is wrong, or the booking has been erased. Open the link in the message you got, or contact us:',
  lost: 'The form is too old',
  lostText: 'It has been open for too long, and we keep nothing before you have booked.',
  again2: 'Start again',
  sent: 'The form has been sent already',
  sentText:
    'You have booked with it. Open the link in the message you got if you want to change something.',
  tooMany: 'Wait a little',
  tooManyText: (minutes) =>
    `There have been many attempts from here. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
  elsewhere: 'That did not work',
  elsewhereText: 'What you sent did not come from this page. Try from here instead.',

  faults: {
    count: (thing) => `${thing}: write a number in figures, such as 2.`,
    itemMost: (thing, most) => `${thing}: at most ${most} at a time.`,
    address: 'Write street and number, such as Storgatan 12.',
    postcode: 'Write the postcode in five figures, such as 504 30.',
    apartment: 'Write the apartment in at most 40 characters.',
    position: 'Write latitude and longitude, such as 57.7211, 12.9398.',
    note: 'Write at most 200 characters.',
    slot: 'Choose a time.',
    name: 'Write a name.',
    phone: 'Write a phone number, such as 070-123 45 67.',
    email: 'Write an e-mail address, such as name@example.se.',
    reach: 'Fill in phone or e-mail, so that we can reach you.',
    language: 'Choose a language.',
  },
  reasons: {
    'no-such-slot': () => 'The bike does not run then. Choose another time.',
    'slot-not-open': () => 'That day can’t be booked yet. Choose an earlier one.',
    'slot-closed': () => 'It is too late to book that time. Choose another.',
    'slot-full': () => 'That time no longer has room for everything. Choose another.',
    'nothing-asked-for': () => 'Write how many of at least one thing.',
    'unknown-item': () => 'Something you chose is no longer fetched. Choose again.',
    'refused-item': () => 'The bike can’t take something you chose.',
    'too-many-things': (most) => `At most ${most} things at a time.`,
    'too-large': (most) => `That is too much: at most ${most} litres at a time.`,
    'must-not-ride-together': (_, thing) =>
      `${thing} must not ride with something else you chose. Book them one at a time.`,
    'household-limit': (most) =>
      `The household has booked ${most === 1 ? 'once' : `${most} times`} around that day already. Choose a later day.`,
    'item-limit': (most, thing) =>
      `${thing}: at most ${most} for a household, and you have booked before around that day.`,
    'outside-area': () => 'The bike does not come there yet.',
    'unknown-address': () => 'We can’t find the address.',
    'postcode-needed': () => 'There are several such addresses. Fill in the postcode.',
    'apartment-needed': () => 'Several homes share that address. Fill in the apartment.',
    'already-waiting': () => 'The household is on the waiting list already.',
    'too-many-holds': () => 'Many are booking from here just now. Try again in a few minutes.',
    'too-late-to-change': () => 'It is too late to change it here. Please contact us.',
    'too-late-to-cancel': () => 'It is too late to cancel it here. Please contact us.',
    over: () => 'The booking is over already.',
  },
}

export const BOOK_WORDS: Readonly<Record<Language, BookWords>> = { sv, en, fi }

/** What is kept of who books, where the town has something to book. */
export function bookingPrivacy(view: {
  readonly language: Language
  readonly takesBookings: boolean
}): Html | undefined {
  return view.takesBookings ? html`<p>${BOOK_WORDS[view.language].kept}</p>` : undefined
}
