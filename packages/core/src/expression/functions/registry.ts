import { byName } from '../definition.ts'
import type { FunctionDefinition } from '../definition.ts'
import { RANGE_FUNCTIONS } from './range.ts'

export const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = byName(RANGE_FUNCTIONS)
