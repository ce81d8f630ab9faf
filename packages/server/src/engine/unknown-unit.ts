// What becomes of signals to an execution that is not there any more.
import type { Signal } from '@batuta/core'
import type { Entity } from './entity.ts'
import { newUnit, put, type Unit } from './unit.ts'

/** Rows that were kept for it go; a parent that wanted to restart a child is told. */
export function unknownUnit({ id, inbox }: Entity, forward: (unit: Unit, signal: Signal) => void): Unit {
  const unit = newUnit()
  const refusal = { code: 'unknown-execution', message: `There is no execution "${id}".` } as const
  for (const { signal, options, settle } of inbox) {
    put(unit, 'receipts', { ...settle, refusal })
    if (options.rowId !== undefined) put(unit, 'signalsTaken', options.rowId)
    if (signal.type === 'settled' || signal.type === 'lost' || signal.type === 'unplaced')
      put(unit, 'jobsEnded', { ...signal })
    if (signal.type === 'command' && signal.command.name === 'restart' && signal.command.parent)
      forward(unit, { type: 'child-ended', ...signal.command.parent, childId: id, state: 'FAILED' })
  }
  return unit
}
