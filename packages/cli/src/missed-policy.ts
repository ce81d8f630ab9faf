import { CommandError, EXIT } from './exit-code.ts'

const POLICIES = ['ALL', 'LAST', 'NONE'] as const

export type MissedPolicy = (typeof POLICIES)[number]

export interface MissedOptions {
  readonly missed?: string
}

/** What becomes of dates that schedules missed. */
export function parseMissed(text: string | undefined): MissedPolicy | undefined {
  const policy = POLICIES.find(name => name === text?.toUpperCase())
  if (text !== undefined && policy === undefined)
    throw new CommandError(EXIT.usage, `"${text}" is no policy for missed dates: give ${POLICIES.join(', ')}`)
  return policy
}
