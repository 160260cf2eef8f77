/** The words of the pages of accounts and tokens. */
import type { AccountEvent } from '#src/store/staff.ts'
import type { InBoth } from './staff-menu.ts'

export type UserFault =
  | 'login'
  | 'login-taken'
  | 'name'
  | 'role'
  | 'token-name'
  | 'token-taken'
  | 'oneself'
  | 'present'
  | 'length'
  | 'own-login'
  | 'code'

export interface UserWords {
  readonly title: string
  readonly lead: string
  readonly people: string
  readonly nobody: string
  readonly name: string
  readonly login: string
  readonly role: string
  readonly account: string
  readonly lastSeen: string
  readonly open: string
  readonly disabled: string
  readonly noPassword: string
  readonly noSession: string
  readonly addTitle: string
  readonly loginHint: string
  readonly add: string
  readonly tokens: string
  readonly tokensLead: string
  readonly noTokens: string
  readonly tokenName: string
  readonly tokenHint: string
  readonly addToken: string
  readonly used: string
  readonly never: string
  readonly revoke: (name: string) => string
  readonly revoked: string
  readonly logTitle: string
  readonly logLead: string
  readonly noLog: string
  readonly when: string
  readonly who: string
  readonly what: string
  readonly about: string
  readonly events: Readonly<Record<AccountEvent, string>>
  readonly manyTimes: (what: string, times: number) => string
  readonly secretTitle: string
  readonly password: (name: string, login: string) => string
  readonly token: (name: string) => string
  readonly secretLead: string
  readonly saved: string
  readonly save: string
  readonly changeTitle: string
  readonly newPassword: string
  readonly newPasswordLead: string
  readonly endSessions: (count: number) => string
  readonly disable: string
  readonly disableLead: string
  readonly enable: string
  readonly remove: string
  readonly removeTitle: (name: string) => string
  readonly removeLead: string
  readonly removeYes: string
  readonly back: string
  readonly self: string
  readonly faultTitle: string
  readonly faults: Readonly<Record<UserFault, string>>
  readonly ownTitle: string
  readonly ownLead: (login: string, role: string) => string
  readonly ownPassword: string
  readonly present: string
  readonly next: string
  readonly nextHint: string
  readonly change: string
  readonly changed: string
  readonly ownNoPassword: string
  readonly stepTitle: string
  readonly stepLead: string
  readonly stepOn: string
  readonly stepOnLead: string
  readonly stepOff: string
  readonly stepBegin: string
  readonly stepScan: string
  readonly stepSecret: string
  readonly stepCode: string
  readonly stepCodeHint: string
  readonly stepConfirm: string
  readonly recoveryTitle: string
  readonly recoveryLead: string
  readonly stepReset: string
  readonly endOthers: string
  readonly ownLog: string
}

export const USER_WORDS: InBoth<UserWords> = {
  sv: {
    title: 'Användare',
    lead: 'Vilka som får logga in, som vad, och nycklar för andra system.',
    people: 'Personer',
    nobody: 'Ingen har ett konto än.',
    name: 'Namn',
    login: 'Användarnamn',
    role: 'Roll',
    account: 'Konto',
    lastSeen: 'Senast här',
    open: 'öppet',
    disabled: 'avstängt',
    noPassword: 'utan lösenord',
    noSession: 'inte inloggad',
    addTitle: 'Lägg till en person',
    loginHint: 'Små bokstäver, siffror, punkt eller e-postadress.',
    add: 'Lägg till',
    tokens: 'Nycklar för system',
    tokensLead:
      'Ett system eller skript skickar nyckeln som ”Authorization: Bearer …” och får göra det som rollen får.',
    noTokens: 'Det finns inga nycklar.',
    tokenName: 'Vad nyckeln är till',
    tokenHint: 'Till exempel ”Sopbilarnas system”.',
    addToken: 'Skapa nyckel',
    used: 'Använd',
    never: 'aldrig',
    revoke: (name) => `Dra in ${name}`,
    revoked: 'indragen',
    logTitle: 'Vad som har hänt',
    logLead: 'Inloggningar och ändringar av konton, de senaste först. De glöms efter 90 dagar.',
    noLog: 'Inget än.',
    when: 'När',
    who: 'Vem',
    what: 'Vad',
    about: 'Konto eller nyckel',
    events: {
      'signed-in': 'loggade in',
      wrong: 'fel lösenord',
      added: 'nytt konto',
      named: 'nytt namn',
      role: 'ny roll',
      password: 'nytt lösenord',
      'second-step-on': 'slog på två steg',
      'second-step-off': 'stängde av två steg',
      disabled: 'stängde av',
      enabled: 'öppnade igen',
      'sessions-ended': 'loggade ut överallt',
      erased: 'tog bort ett konto',
      'token-added': 'ny nyckel',
      'token-revoked': 'drog in nyckel',
    },
    manyTimes: (what, times) => `${what}, ${times} gånger det dygnet, senast då`,
    secretTitle: 'Skriv upp det nu',
    password: (name, login) => `Lösenordet för ${name} (${login}) är:`,
    token: (name) => `Nyckeln ${name} är:`,
    secretLead: 'Det visas bara den här gången. Vi sparar det inte så att det kan läsas.',
    saved: 'Det är sparat.',
    save: 'Spara',
    changeTitle: 'Namn och roll',
    newPassword: 'Nytt lösenord',
    newPasswordLead: 'Vi drar ett, och personen loggas ut överallt.',
    endSessions: (count) => `Logga ut överallt (${count} inloggade)`,
    disable: 'Stäng av kontot',
    disableLead: 'Ett avstängt konto kan öppnas igen.',
    enable: 'Öppna kontot igen',
    remove: 'Ta bort kontot',
    removeTitle: (name) => `Ta bort ${name}?`,
    removeLead:
      'Kontot glöms och kan inte komma tillbaka. Namnet står kvar där personen har signerat något, till exempel i en dags logg.',
    removeYes: 'Ja, ta bort kontot',
    back: 'Tillbaka',
    self: 'Det här är du. Ditt eget konto kan du inte stänga av, ta bort eller ge en annan roll.',
    faultTitle: 'Något behöver rättas',
    faults: {
      login:
        'Skriv ett användarnamn på 2 till 64 tecken: a–z, siffror och . _ @ + -, först en bokstav eller siffra.',
      'login-taken': 'Det finns redan ett konto med det användarnamnet.',
      name: 'Skriv personens namn, högst 80 tecken.',
      role: 'Välj en roll.',
      'token-name':
        'Skriv vad nyckeln är till: 1 till 80 bokstäver, siffror, punkter eller mellanslag.',
      'token-taken': 'Det finns redan en nyckel med det namnet. Dra in den först.',
      oneself: 'Det går inte med ditt eget konto. Be en annan administratör.',
      present: 'Det nuvarande lösenordet stämmer inte.',
      length: 'Välj ett lösenord på 12 till 200 tecken, gärna några ord.',
      code: 'Koden stämmer inte. Vänta på nästa och försök igen.',
      'own-login': 'Välj ett lösenord där ditt användarnamn inte ingår.',
    },
    ownTitle: 'Mitt konto',
    ownLead: (login, role) => `Du loggar in som ${login} och är ${role}.`,
    ownPassword: 'Byt lösenord',
    present: 'Nuvarande lösenord',
    next: 'Nytt lösenord',
    nextHint: 'Minst 12 tecken. Några ord i rad är lättare att minnas.',
    change: 'Byt lösenord',
    changed: 'Lösenordet är bytt. Du är utloggad på alla andra ställen.',
    ownNoPassword: 'Kontot har inget lösenord.',
    stepTitle: 'Inloggning i två steg',
    stepLead:
      'Utöver lösenordet en kod från en app i telefonen, så att ett läckt lösenord inte räcker.',
    stepOn: 'Påslaget.',
    stepOnLead: 'För att stänga av det, skriv ditt lösenord.',
    stepOff: 'Stäng av',
    stepBegin: 'Slå på',
    stepScan:
      'Öppna en app för engångskoder (till exempel Google eller Microsoft Authenticator) och läs av rutan.',
    stepSecret: 'Eller skriv in nyckeln för hand:',
    stepCode: 'Koden som appen visar',
    stepCodeHint: 'Sex siffror.',
    stepConfirm: 'Slå på',
    recoveryTitle: 'Skriv upp koderna nu',
    recoveryLead:
      'Med var och en kan du logga in en gång, om telefonen är borta. De visas bara nu.',
    stepReset: 'Stäng av inloggning i två steg',
    endOthers: 'Logga ut överallt',
    ownLog: 'Dina inloggningar',
  },
  en: {
    title: 'Users',
    lead: 'Who may sign in, as what, and tokens for other systems.',
    people: 'People',
    nobody: 'Nobody has an account yet.',
    name: 'Name',
    login: 'User name',
    role: 'Role',
    account: 'Account',
    lastSeen: 'Last here',
    open: 'open',
    disabled: 'disabled',
    noPassword: 'no password',
    noSession: 'not signed in',
    addTitle: 'Add a person',
    loginHint: 'Small letters, digits, dots, or an e-mail address.',
    add: 'Add',
    tokens: 'Tokens for systems',
    tokensLead:
      'A system or a script sends the token as “Authorization: Bearer …” and may do what its role may.',
    noTokens: 'There are no tokens.',
    tokenName: 'What the token is for',
    tokenHint: 'Such as “The trucks’ system”.',
    addToken: 'Make a token',
    used: 'Used',
    never: 'never',
    revoke: (name) => `Revoke ${name}`,
    revoked: 'revoked',
    logTitle: 'What has happened',
    logLead:
      'Sign-ins and changes of accounts, the latest first. They are forgotten after 90 days.',
    noLog: 'Nothing yet.',
    when: 'When',
    who: 'Who',
    what: 'What',
    about: 'Account or token',
    events: {
      'signed-in': 'signed in',
      wrong: 'wrong password',
      added: 'new account',
      named: 'new name',
      role: 'new role',
      password: 'new password',
      'second-step-on': 'two steps turned on',
      'second-step-off': 'two steps turned off',
      disabled: 'disabled',
      enabled: 'opened again',
      'sessions-ended': 'signed out everywhere',
      erased: 'removed an account',
      'token-added': 'new token',
      'token-revoked': 'revoked a token',
    },
    manyTimes: (what, times) => `${what}, ${times} times that day, last then`,
    secretTitle: 'Write it down now',
    password: (name, login) => `The password of ${name} (${login}) is:`,
    token: (name) => `The token ${name} is:`,
    secretLead: 'It is shown this once. We don’t keep it in a way that can be read.',
    saved: 'It is saved.',
    save: 'Save',
    changeTitle: 'Name and role',
    newPassword: 'New password',
    newPasswordLead: 'We draw one, and the person is signed out everywhere.',
    endSessions: (count) => `Sign out everywhere (${count} signed in)`,
    disable: 'Disable the account',
    disableLead: 'A disabled account can be opened again.',
    enable: 'Open the account again',
    remove: 'Remove the account',
    removeTitle: (name) => `Remove ${name}?`,
    removeLead:
      'The account is forgotten and can’t come back. The name stays where the person has signed something, such as in a day’s log.',
    removeYes: 'Yes, remove the account',
    back: 'Back',
    self: 'This is you. You can’t disable or remove your own account, or give it another role.',
    faultTitle: 'Something needs to be mended',
    faults: {
      login:
        'Write a user name of 2 to 64 characters: a–z, digits and . _ @ + -, a letter or digit first.',
      'login-taken': 'There is an account with that user name already.',
      name: 'Write the person’s name, 80 characters at most.',
      role: 'Choose a role.',
      'token-name': 'Write what the token is for: 1 to 80 letters, digits, dots or spaces.',
      'token-taken': 'There is a token of that name already. Revoke it first.',
      oneself: 'That can’t be done to your own account. Ask another administrator.',
      present: 'The present password is not right.',
      length: 'Choose a password of 12 to 200 characters; a few words are good.',
      code: 'The code is not right. Wait for the next one and try again.',
      'own-login': 'Choose a password that your user name is no part of.',
    },
    ownTitle: 'My account',
    ownLead: (login, role) => `You sign in as ${login} and are ${role}.`,
    ownPassword: 'Change password',
    present: 'Present password',
    next: 'New password',
    nextHint: '12 characters or more. A few words in a row are easier to remember.',
    change: 'Change password',
    changed: 'The password is changed. You are signed out everywhere else.',
    ownNoPassword: 'The account has no password.',
    stepTitle: 'Signing in by two steps',
    stepLead:
      'Beside the password a code of an app on the phone, so that a password that leaks isn’t enough.',
    stepOn: 'It is on.',
    stepOnLead: 'To turn it off, write your password.',
    stepOff: 'Turn off',
    stepBegin: 'Turn on',
    stepScan:
      'Open an app for one-time codes (such as Google or Microsoft Authenticator) and scan the square.',
    stepSecret: 'Or type the key by hand:',
    stepCode: 'The code that the app shows',
    stepCodeHint: 'Six digits.',
    stepConfirm: 'Turn on',
    recoveryTitle: 'Write down the codes now',
    recoveryLead: 'Each lets you sign in once, should the phone be lost. They are shown only now.',
    stepReset: 'Turn off signing in by two steps',
    endOthers: 'Sign out everywhere',
    ownLog: 'Your sign-ins',
  },
}
