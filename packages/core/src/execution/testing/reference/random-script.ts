// What happens to an execution, by chance: numbers choose among what there is, so that every move fits every moment.
import fc, { type Arbitrary } from 'fast-check'

export interface Move {
  readonly what: 'go' | 'kill' | 'pause' | 'resume' | 'restart' | 'replay' | 'tell'
  readonly which: number
  readonly how: number
}

export const SCRIPT: Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    what: fc.oneof(
      { weight: 40, arbitrary: fc.constant<Move['what']>('go') },
      { weight: 2, arbitrary: fc.constantFrom<Move['what']>('kill', 'pause', 'resume', 'resume') },
      { weight: 4, arbitrary: fc.constantFrom<Move['what']>('restart', 'restart', 'replay', 'tell') },
    ),
    which: fc.nat(11),
    how: fc.nat(39),
  }),
  { maxLength: 24 },
)
