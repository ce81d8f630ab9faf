import type { Native } from './define-native.ts'
import { DATE_NATIVES } from './natives-date.ts'
import { FLOW_NATIVES } from './natives-flow.ts'
import { LIST_NATIVES } from './natives-list.ts'
import { NUMBER_NATIVES } from './natives-number.ts'
import { PATH_NATIVES } from './natives-path.ts'
import { TEXT_NATIVES } from './natives-text.ts'

export const NATIVES: ReadonlyMap<string, Native> = new Map([
  ...FLOW_NATIVES,
  ...PATH_NATIVES,
  ...LIST_NATIVES,
  ...TEXT_NATIVES,
  ...NUMBER_NATIVES,
  ...DATE_NATIVES,
])
