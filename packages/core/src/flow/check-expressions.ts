import type { Inspection } from './inspection.ts'
export function inspectExpressions(_inspection: Inspection): void {}
