/** What is the matter with an account and what to do about it, in a sentence for staff. Pure. */
import type { AccountAlarmKind, PauseReason } from '#src/stations/account-trouble.ts'
import type { StaffLanguage } from '#src/stations/fraction.ts'

interface Words {
  readonly paused: Readonly<Record<PauseReason, string>>
  readonly other: Readonly<Record<Exclude<AccountAlarmKind, 'paused'>, string>>
}

const WORDS: Readonly<Record<StaffLanguage, Words>> = {
  sv: {
    paused: {
      'bad-credentials':
        'Plattformen godtar inte våra inloggningsuppgifter: gör nya, lägg in dem i miljön och starta om. Kontot går igång av sig självt när de fungerar.',
      'no-credits':
        'Plattformen vill ha betalt först: fyll på kontot där. Sedan går det igång av sig självt.',
      suspended:
        'Plattformen har stängt av eller låst kontot: logga in där och se varför. Det går igång av sig självt när det får.',
      'wrong-account':
        'Inloggningsuppgifterna gäller ett annat konto än det som stadens fil anger: rätta det ena eller det andra.',
      gone: 'Mottagaren säger att den är borta för gott: ta bort den ur stadens fil, eller ställ den i ordning igen.',
      'budget-used-up':
        'Månadens pengar är slut, även reserven. Kontot går igång av sig självt nästa månad, eller när ni höjer monthlyBudget och läser om filen (SIGHUP).',
      staff: 'Pausat av personalen: återuppta det när det får tala igen.',
    },
    other: {
      'nothing-leaves':
        'Inget har sagts där på ett dygn, fast det borde det: se på felen bland utskicken, i tjänstens logg om kontot går till varje mottagare för sig, och på kontot.',
      unchecked:
        'Det har inte gått att ta reda på under ett dygn om kontot kan användas: se efter om plattformen kan nås härifrån.',
      stalled:
        'Det som sköter kontot går inte runt längre, och felet är vårt: starta om tjänsten och hör av er till dem som gör den.',
      'money-short':
        'Av månadens pengar finns bara reserven kvar: bara viktiga inlägg går ut tills månaden är slut eller ni höjer monthlyBudget.',
    },
  },
  en: {
    paused: {
      'bad-credentials':
        'The platform refuses our credentials: make new ones, put them in the environment and restart. It goes on by itself when they work.',
      'no-credits':
        'The platform wants money first: fill up its account. It goes on by itself then.',
      suspended:
        'The platform has suspended or locked the account: log in there and see why. It goes on by itself when it may.',
      'wrong-account':
        'The credentials are another account’s than the town’s file names: set one of them right.',
      gone: 'The receiver says that it is gone for good: take it out of the town’s file, or bring it back.',
      'budget-used-up':
        'The month’s money is spent, the reserve too. It goes on by itself next month, or when you raise monthlyBudget and send SIGHUP.',
      staff: 'Staff have paused it; resume it when it may speak again.',
    },
    other: {
      'nothing-leaves':
        'Nothing has been said there for a day, though it should have: look at its deliveries’ errors, at the service’s log where it goes to each receiver by itself, and at the account.',
      unchecked:
        'For a day it could not be found out whether the account can be used: see whether the platform can be reached from here.',
      stalled:
        'Its worker doesn’t come round any more, which is a fault of ours: restart the service and tell its makers.',
      'money-short':
        'Of the month’s money only the reserve is left: nothing but important posts goes out until the month is over, or you raise monthlyBudget.',
    },
  },
}

export function accountAdvice(
  { kind, because }: { readonly kind: AccountAlarmKind; readonly because?: PauseReason },
  language: StaffLanguage,
): string {
  const words = WORDS[language]
  return kind === 'paused' ? words.paused[because ?? 'staff'] : words.other[kind]
}
