/** The words of signing in and of the frame around the staff's pages. */
import type { Role } from '#src/store/staff.ts'
import type { InBoth } from './staff-menu.ts'

export interface StaffWords {
  readonly menu: string
  readonly staff: string
  readonly publicPages: string
  readonly signOut: string
  readonly signedInAs: (name: string, role: string) => string
  readonly roles: Readonly<Record<Role, string>>
  readonly otherLanguage: string
  readonly signIn: string
  readonly signInLead: string
  readonly login: string
  readonly password: string
  readonly wrong: string
  readonly wait: (minutes: number) => string
  readonly elsewhere: string
  readonly errorTitle: string
  readonly faultPrefix: string
  readonly demoTitle: string
  readonly demoLead: string
  readonly demoAs: Readonly<Record<Role, string>>
  readonly codeTitle: string
  readonly codeLead: string
  readonly code: string
  readonly codeHint: string
  readonly wrongCode: string
  readonly startOver: string
  readonly byDirectory: string
  readonly directoryAway: string
  readonly directoryRefused: string
  readonly noRole: (name: string) => string
  readonly forgotten: string
  readonly signedOut: string
  readonly signedOutHere: string
  readonly signOutThereLead: string
  readonly signOutThere: string
  readonly signedOutAlone: string
  readonly signOutTitle: string
  readonly forbiddenTitle: string
  readonly forbidden: (role: string) => string
  readonly notFoundTitle: string
  readonly notFound: string
  readonly toStart: string
  readonly welcome: (name: string) => string
  readonly startLead: (role: string, town: string) => string
  readonly nothingYet: string
}

export const STAFF_WORDS: InBoth<StaffWords> = {
  sv: {
    menu: 'Personalmeny',
    staff: 'Personal',
    publicPages: 'Invånarnas sidor',
    signOut: 'Logga ut',
    signedInAs: (name, role) => `${name}, ${role}`,
    roles: {
      rider: 'cyklist',
      dispatcher: 'trafikledare',
      editor: 'redaktör',
      admin: 'administratör',
    },
    otherLanguage: 'In English',
    signIn: 'Logga in',
    signInLead: 'För dig som arbetar med stationerna och returcykeln.',
    login: 'Användarnamn',
    password: 'Lösenord',
    wrong: 'Användarnamnet och lösenordet passar inte ihop. Försök igen.',
    wait: (minutes) =>
      `För många försök på kort tid. Vänta ${minutes === 1 ? 'en minut' : `${minutes} minuter`} och försök igen.`,
    elsewhere: 'Formuläret kom från en annan webbplats. Logga in härifrån.',
    errorTitle: 'Det gick inte att logga in',
    faultPrefix: 'Fel:',
    demoTitle: 'Prova demon',
    demoLead: 'Det här är en påhittad stad. Välj en roll, så är du inne.',
    demoAs: {
      rider: 'Som cyklist',
      dispatcher: 'Som trafikledare',
      editor: 'Som redaktör',
      admin: 'Som administratör',
    },
    codeTitle: 'Din kod',
    codeLead: 'Lösenordet stämmer. Nu behövs koden från din app.',
    code: 'Kod',
    codeHint: 'Sex siffror ur appen, eller en av koderna du skrev upp.',
    wrongCode: 'Koden stämmer inte, eller är redan använd. Vänta på nästa och försök igen.',
    startOver: 'Börja om',
    byDirectory: 'Logga in med kommunens konto',
    directoryAway: 'Kommunens inloggning svarar inte just nu. Försök igen om en stund.',
    directoryRefused: 'Inloggningen blev inte klar. Börja om härifrån.',
    noRole: (name) =>
      `Du är inloggad i kommunen som ${name}, men ingen av dina grupper har en roll här. Be din administratör.`,
    forgotten: 'Har du glömt ditt lösenord? Be din administratör om ett nytt.',
    signedOut: 'Du är utloggad.',
    signedOutHere: 'Du är utloggad här',
    signOutThereLead: 'Nu ska du loggas ut hos kommunen också. Händer inget, tryck på knappen.',
    signOutThere: 'Logga ut hos kommunen',
    signedOutAlone:
      'Du är utloggad här. Kommunens inloggning svarar inte, så där kan du vara inloggad än.',
    signOutTitle: 'Vill du logga ut?',
    forbiddenTitle: 'Det här är inte din sida',
    forbidden: (role) =>
      `Du är inloggad som ${role}, och sidan är för andra. Be din administratör, om du behöver den.`,
    notFoundTitle: 'Sidan finns inte',
    notFound: 'Kanske har den flyttat, eller så blev adressen fel.',
    toStart: 'Till startsidan',
    welcome: (name) => `Hej, ${name}!`,
    startLead: (role, town) => `Du är inloggad som ${role} i ${town}.`,
    nothingYet: 'Det finns inga sidor för din roll här än.',
  },
  en: {
    menu: 'Staff menu',
    staff: 'Staff',
    publicPages: 'Residents’ pages',
    signOut: 'Sign out',
    signedInAs: (name, role) => `${name}, ${role}`,
    roles: { rider: 'rider', dispatcher: 'dispatcher', editor: 'editor', admin: 'administrator' },
    otherLanguage: 'På svenska',
    signIn: 'Sign in',
    signInLead: 'For those who work with the stations and the return bike.',
    login: 'User name',
    password: 'Password',
    wrong: 'The user name and the password don’t belong together. Try again.',
    wait: (minutes) =>
      `Too many tries in a short time. Wait ${minutes === 1 ? 'a minute' : `${minutes} minutes`} and try again.`,
    elsewhere: 'The form came from another site. Sign in from here.',
    errorTitle: 'You could not be signed in',
    faultPrefix: 'Error:',
    demoTitle: 'Try the demo',
    demoLead: 'This is a town that is made up. Choose a role, and you are in.',
    demoAs: {
      rider: 'As a rider',
      dispatcher: 'As a dispatcher',
      editor: 'As an editor',
      admin: 'As an administrator',
    },
    codeTitle: 'Your code',
    codeLead: 'The password is right. Now the code of your app is needed.',
    code: 'Code',
    codeHint: 'Six digits of the app, or one of the codes that you wrote down.',
    wrongCode: 'The code is not right, or has been used. Wait for the next one and try again.',
    startOver: 'Begin again',
    byDirectory: 'Sign in by the municipality’s account',
    directoryAway: 'The municipality’s sign-in doesn’t answer just now. Try again in a while.',
    directoryRefused: 'The sign-in was not finished. Begin again from here.',
    noRole: (name) =>
      `The municipality knows you as ${name}, but none of your groups has a role here. Ask your administrator.`,
    forgotten: 'Forgotten your password? Ask your administrator for a new one.',
    signedOut: 'You are signed out.',
    signedOutHere: 'You are signed out here',
    signOutThereLead:
      'Now you are to be signed out at the municipality as well. If nothing happens, press the button.',
    signOutThere: 'Sign out at the municipality',
    signedOutAlone:
      'You are signed out here. The municipality’s sign-in doesn’t answer, so you may still be signed in there.',
    signOutTitle: 'Do you want to sign out?',
    forbiddenTitle: 'This page is for others',
    forbidden: (role) =>
      `You are signed in as ${role}, and the page is for others. Ask your administrator if you need it.`,
    notFoundTitle: 'There is no such page',
    notFound: 'Perhaps it has moved, or the address is wrong.',
    toStart: 'To the start page',
    welcome: (name) => `Hello, ${name}!`,
    startLead: (role, town) => `You are signed in as ${role} in ${town}.`,
    nothingYet: 'There are no pages for your role here yet.',
  },
}
