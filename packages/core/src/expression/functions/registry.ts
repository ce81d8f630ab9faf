import { byName } from '../definition.ts'
import type { FunctionDefinition } from '../definition.ts'
import { CHANCE_FUNCTIONS } from './chance.ts'
import { CRYPTO_FUNCTIONS } from './crypto.ts'
import { EXECUTION_FUNCTIONS } from './execution.ts'
import { NUMBER_FUNCTIONS } from './number.ts'
import { RANGE_FUNCTIONS } from './range.ts'
import { READ_TEXT_FUNCTIONS } from './read-text.ts'
import { RENDER_FUNCTIONS } from './render.ts'
import { TIME_FUNCTIONS } from './time.ts'
import { WORLD_FUNCTIONS } from './world.ts'

export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = byName(
  RANGE_FUNCTIONS,
  NUMBER_FUNCTIONS,
  READ_TEXT_FUNCTIONS,
  RENDER_FUNCTIONS,
  WORLD_FUNCTIONS,
  CHANCE_FUNCTIONS,
  EXECUTION_FUNCTIONS,
  TIME_FUNCTIONS,
  CRYPTO_FUNCTIONS,
)
