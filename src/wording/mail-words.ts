/** What a mail says around the news. */
import type { Language } from '#src/stations/fraction.ts'

export interface MailWords {
  readonly page: string
  /** Why the mail came: what is followed. */
  readonly because: (followed: string) => string
  readonly change: string
  readonly wholeTown: (town: string) => string
  readonly manyStations: (count: number) => string
  readonly confirm: {
    readonly subject: (town: string) => string
    readonly asked: (followed: string) => string
    readonly press: string
    readonly link: string
    readonly ignore: string
  }
  readonly runBy: (operator: string) => string
}

export const MAIL_WORDS: Readonly<Record<Language, MailWords>> = {
  sv: {
    page: 'Läs mer och se varför det skrevs',
    because: (followed) => `Du får det här för att du följer ${followed}.`,
    change: 'Ändra eller avsluta',
    wholeTown: (town) => `återvinningsstationerna i ${town}`,
    manyStations: (count) => `${count} återvinningsstationer`,
    confirm: {
      subject: (town) => `Bekräfta att du vill följa återvinning i ${town}`,
      asked: (followed) =>
        `Någon, troligen du, har bett att få e-post när något händer: ${followed}.`,
      press: 'Vill du det, öppna länken och tryck på knappen där. Länken gäller i två dygn.',
      link: 'Bekräfta',
      ignore:
        'Var det inte du behöver du inte göra något. Då får du ingen mer e-post, och adressen glöms bort.',
    },
    runBy: (operator) => `Tjänsten drivs av ${operator}.`,
  },
  en: {
    page: 'Read more and see why it was written',
    because: (followed) => `You get this because you follow ${followed}.`,
    change: 'Change or end',
    wholeTown: (town) => `the recycling stations in ${town}`,
    manyStations: (count) => `${count} recycling stations`,
    confirm: {
      subject: (town) => `Confirm that you want to follow recycling in ${town}`,
      asked: (followed) =>
        `Somebody, probably you, has asked for e-mail when something happens: ${followed}.`,
      press:
        'If you want that, open the link and press the button there. The link works for two days.',
      link: 'Confirm',
      ignore:
        'If it wasn’t you, you need do nothing. You get no more e-mail, and the address is forgotten.',
    },
    runBy: (operator) => `The service is run by ${operator}.`,
  },
  fi: {
    page: 'Lue lisää ja katso, miksi se kirjoitettiin',
    because: (followed) => `Saat tämän, koska seuraat: ${followed}.`,
    change: 'Muuta tai lopeta',
    wholeTown: (town) => `kierrätyspisteet, ${town}`,
    manyStations: (count) => `${count} kierrätyspistettä`,
    confirm: {
      subject: (town) => `Vahvista, että haluat seurata kierrätystä: ${town}`,
      asked: (followed) =>
        `Joku, luultavasti sinä, on pyytänyt sähköpostia, kun jotakin tapahtuu: ${followed}.`,
      press:
        'Jos haluat sitä, avaa linkki ja paina siellä olevaa painiketta. Linkki toimii kaksi vuorokautta.',
      link: 'Vahvista',
      ignore:
        'Jos et pyytänyt sitä, sinun ei tarvitse tehdä mitään. Et saa enempää sähköpostia, ja osoite unohdetaan.',
    },
    runBy: (operator) => `Palvelua ylläpitää ${operator}.`,
  },
}
