import {
  PERSONAL_ACTIONS,
  PERSONAL_COUNTRIES,
  PERSONAL_KINDS,
  TaskError,
  p,
  type PersonalAction,
  type PersonalKind,
  type PersonalPolicy,
} from '@batuta/plugin-sdk'

/** What is looked for, and what becomes of it. */
export const personalProperties = {
  kinds: p
    .list(p.string())
    .dynamic()
    .group('main')
    .title('What is looked for: mail, phone, iban, card, national-id, name.')
    .describe('All of them unless said.'),
  action: p
    .enum(...PERSONAL_ACTIONS)
    .dynamic()
    .default('token')
    .group('main')
    .title('What becomes of it.')
    .describe(
      'token: reversible by Unmask. redact: `[MAIL]`. partial: its end, or the domain of a mail. keep: only counted.',
    ),
  actions: p.any().group('main').title('What becomes of single kinds: a map from kind to action.'),
  names: p.list(p.string()).dynamic().group('main').title('Names of people, as they may stand in texts.'),
  countries: p
    .list(p.string())
    .dynamic()
    .title('Whose national numbers are looked for, by country code.')
    .describe(`Known: ${PERSONAL_COUNTRIES.join(', ')}. All but NL unless said, whose numbers are met by chance.`),
}

export interface GivenPolicy {
  readonly kinds: readonly string[] | undefined
  readonly action: PersonalAction
  readonly actions: Readonly<Record<string, unknown>>
  readonly names: readonly string[] | undefined
  readonly countries: readonly string[] | undefined
}

/** @throws {TaskError} for what is unknown: what is misspelt must not go through unmasked. */
export function policyOf({ kinds, action, actions, names, countries }: GivenPolicy): PersonalPolicy {
  const chosen: Partial<Record<PersonalKind, PersonalAction>> = {}
  for (const [kind, wanted] of Object.entries(actions)) chosen[kindOf(kind)] = actionOf(wanted)
  const ghost = countries?.find(country => !PERSONAL_COUNTRIES.includes(country))
  if (ghost !== undefined)
    throw new TaskError(`no national numbers of "${ghost}" are known, only of ${PERSONAL_COUNTRIES.join(', ')}`)
  return {
    action,
    actions: chosen,
    ...(kinds && { kinds: kinds.map(kindOf) }),
    ...(names && { names }),
    ...(countries && { countries }),
  }
}

function kindOf(text: string): PersonalKind {
  const kind = PERSONAL_KINDS.find(each => each === text)
  if (kind !== undefined) return kind
  throw new TaskError(`"${text}" is no kind of personal data: it is one of ${PERSONAL_KINDS.join(', ')}`)
}

function actionOf(wanted: unknown): PersonalAction {
  const action = PERSONAL_ACTIONS.find(each => each === wanted)
  if (action !== undefined) return action
  throw new TaskError(`"${String(wanted)}" is no action: it is one of ${PERSONAL_ACTIONS.join(', ')}`)
}
