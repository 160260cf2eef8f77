/** What the pages of borrowing say, in each language. */
import type { Language } from '#src/stations/fraction.ts'
import type { LoanReason, LoanState } from '#src/pickups/loans/loan.ts'

export interface LoanWords {
  readonly link: string
  readonly lead: string
  readonly limits: (days: number, back: string) => string
  readonly thing: string
  readonly from: string
  readonly until: string
  readonly who: string
  readonly addressHint: string
  readonly nothingFree: string
  /** From when on it can be borrowed. */
  readonly firstFree: (day: string) => string
  readonly send: string
  readonly things: string
  readonly days: string
  readonly span: (first: string, last: string) => string
  readonly privacy: (days: number) => string
  readonly did: string
  readonly states: Readonly<Record<LoanState, string>>
  readonly late: string
  readonly nextTitle: string
  readonly next: (first: string, last: string, back: string) => string
  readonly nextCondition: string
  readonly keepLink: string
  readonly cancelTitle: string
  readonly cancelText: string
  readonly cancelNo: string
  readonly again: string
  readonly gone: string
  readonly goneText: string
  readonly sentText: string
  readonly closedDays: Readonly<Record<LoanReason, string>>
}

export const LOAN_WORDS: Readonly<Record<Language, LoanWords>> = {
  sv: {
    link: 'Låna',
    lead: 'Ska du hämta eller lämna något stort själv? Låna av oss, utan kostnad och utan konto.',
    limits: (days, back) =>
      `Högst ${days === 1 ? 'en dag' : `${days} dagar`} åt gången, ett lån per hushåll. Lämna tillbaka senast ${back} den sista dagen.`,
    thing: 'Vad vill du låna?',
    from: 'Från vilken dag?',
    until: 'Till och med vilken dag?',
    who: 'Vem lånar?',
    addressHint: 'Gata och nummer, där du bor.',
    nothingFree: 'Just nu finns ingen ledig dag.',
    firstFree: (day) => `ledig ${day}`,
    send: 'Låna',
    things: 'Lån',
    days: 'Dagar',
    span: (first, last) => (first === last ? first : `${first} till och med ${last}`),
    privacy: (days) =>
      `Det du skriver sparas krypterat, används bara till lånet och raderas ${days} dagar efter det.`,
    did: 'Tack! Lånet är bokat.',
    states: {
      booked: 'Ditt lån är bokat',
      out: 'Du har lånat',
      returned: 'Lånet är tillbaka',
      cancelled: 'Lånet är avbokat',
    },
    late: 'Lånet skulle ha varit tillbaka. Lämna det så snart du kan, eller hör av dig till oss.',
    nextTitle: 'Vad händer nu?',
    next: (first, last, back) =>
      `Hämta ${first} under våra öppettider. Lämna tillbaka senast ${last} kl. ${back}.`,
    nextCondition: 'Vi tittar igenom det tillsammans när du hämtar och när du lämnar.',
    keepLink: 'Spara den här sidan som bokmärke: den som har adressen kan avboka.',
    cancelTitle: 'Vill du avboka lånet?',
    cancelText: 'Då kan någon annan låna de dagarna.',
    cancelNo: 'Nej, behåll lånet',
    again: 'Låna igen',
    gone: 'Lånet finns inte',
    goneText: 'Länken är fel, eller så är lånet raderat. Hör av dig till oss om du undrar:',
    sentText: 'Du har redan lånat med det formuläret.',
    closedDays: {
      'no-such-thing': 'Det lånas inte ut längre. Välj något annat.',
      'no-such-days': 'Välj en dag som inte har varit.',
      'too-long': 'Det är för många dagar. Välj färre.',
      'not-open': 'Den dagen går inte att boka än.',
      'service-day': 'Då behövs den till våra egna turer.',
      taken: 'Den är utlånad då. Välj andra dagar.',
      broken: 'Den är trasig just nu.',
      'has-a-loan': 'Hushållet har redan ett lån.',
      'not-now': 'Det går inte längre.',
    },
  },
  en: {
    link: 'Borrow',
    lead: 'Fetching or leaving something large yourself? Borrow from us, at no cost and without an account.',
    limits: (days, back) =>
      `At most ${days === 1 ? 'one day' : `${days} days`} at a time, one loan for each household. Bring it back by ${back} on the last day.`,
    thing: 'What do you want to borrow?',
    from: 'From which day?',
    until: 'Until and including which day?',
    who: 'Who borrows?',
    addressHint: 'Street and number where you live.',
    nothingFree: 'No day is free right now.',
    firstFree: (day) => `free ${day}`,
    send: 'Borrow',
    things: 'Loan',
    days: 'Days',
    span: (first, last) => (first === last ? first : `${first} to ${last}`),
    privacy: (days) =>
      `What you write is kept encrypted, is used for the loan alone and is erased ${days} days after it.`,
    did: 'Thank you! The loan is booked.',
    states: {
      booked: 'Your loan is booked',
      out: 'You have borrowed',
      returned: 'The loan is back',
      cancelled: 'The loan is cancelled',
    },
    late: 'The loan should have been back. Return it as soon as you can, or contact us.',
    nextTitle: 'What happens now?',
    next: (first, last, back) =>
      `Fetch it on ${first} during our opening hours. Bring it back by ${back} on ${last}.`,
    nextCondition: 'We look it over together when you fetch it and when you bring it back.',
    keepLink: 'Keep this page as a bookmark: whoever has its address can cancel.',
    cancelTitle: 'Do you want to cancel the loan?',
    cancelText: 'Somebody else can then borrow in those days.',
    cancelNo: 'No, keep the loan',
    again: 'Borrow again',
    gone: 'There is no such loan',
    goneText: 'The link is wrong, or the loan has been erased. Contact us if you wonder:',
    sentText: 'You have borrowed with that form already.',
    closedDays: {
      'no-such-thing': 'It is no longer lent. Choose something else.',
      'no-such-days': 'Choose a day that is not over.',
      'too-long': 'That is too many days. Choose fewer.',
      'not-open': 'That day can’t be booked yet.',
      'service-day': 'We need it for our own rounds then.',
      taken: 'It is lent then. Choose other days.',
      broken: 'It is broken right now.',
      'has-a-loan': 'The household has a loan already.',
      'not-now': 'That is no longer possible.',
    },
  },
  fi: {
    link: 'Lainaa',
    lead: 'Haetko tai vietkö itse jotain isoa? Lainaa meiltä, maksutta ja ilman tiliä.',
    limits: (days, back) =>
      `Enintään ${days === 1 ? 'yksi päivä' : `${days} päivää`} kerrallaan, yksi laina taloutta kohti. Palauta viimeistään klo ${back} viimeisenä päivänä.`,
    thing: 'Mitä haluat lainata?',
    from: 'Mistä päivästä alkaen?',
    until: 'Mihin päivään saakka?',
    who: 'Kuka lainaa?',
    addressHint: 'Katu ja numero, missä asut.',
    nothingFree: 'Juuri nyt ei ole vapaita päiviä.',
    firstFree: (day) => `vapaa ${day}`,
    send: 'Lainaa',
    things: 'Laina',
    days: 'Päivät',
    span: (first, last) => (first === last ? first : `${first} – ${last}`),
    privacy: (days) =>
      `Kirjoittamasi säilytetään salattuna, sitä käytetään vain lainaan ja se poistetaan ${days} päivää sen jälkeen.`,
    did: 'Kiitos! Laina on varattu.',
    states: {
      booked: 'Lainasi on varattu',
      out: 'Olet lainannut',
      returned: 'Laina on palautettu',
      cancelled: 'Laina on peruttu',
    },
    late: 'Lainan olisi pitänyt olla jo palautettu. Palauta se niin pian kuin voit tai ota yhteyttä.',
    nextTitle: 'Mitä seuraavaksi?',
    next: (first, last, back) =>
      `Nouda aukioloaikana: ${first}. Palauta viimeistään ${last} klo ${back}.`,
    nextCondition: 'Katsomme sen yhdessä läpi, kun noudat ja kun palautat.',
    keepLink: 'Tallenna tämä sivu kirjanmerkiksi: kenellä on sen osoite, voi perua.',
    cancelTitle: 'Haluatko perua lainan?',
    cancelText: 'Silloin joku muu voi lainata niinä päivinä.',
    cancelNo: 'Ei, pidä laina',
    again: 'Lainaa uudelleen',
    gone: 'Lainaa ei ole',
    goneText: 'Linkki on väärä tai laina on poistettu. Ota yhteyttä, jos haluat tietää:',
    sentText: 'Olet jo lainannut tällä lomakkeella.',
    closedDays: {
      'no-such-thing': 'Sitä ei enää lainata. Valitse jotain muuta.',
      'no-such-days': 'Valitse päivä, joka ei ole vielä mennyt.',
      'too-long': 'Päiviä on liikaa. Valitse vähemmän.',
      'not-open': 'Sitä päivää ei voi vielä varata.',
      'service-day': 'Tarvitsemme sitä silloin omiin kierroksiimme.',
      taken: 'Se on silloin lainassa. Valitse muita päiviä.',
      broken: 'Se on juuri nyt rikki.',
      'has-a-loan': 'Taloudella on jo laina.',
      'not-now': 'Se ei ole enää mahdollista.',
    },
  },
}
