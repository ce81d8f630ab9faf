// Why a manager of secrets gave no answer. What it does not have is no error; what it refuses, or cannot say, fails whoever asked.
import { BatutaError } from '@batuta/core'

export type ManagerFault = 'denied' | 'unreachable' | 'slow' | 'failed' | 'malformed'

export class ManagerError extends BatutaError {
  override readonly name = 'ManagerError'
  readonly fault: ManagerFault

  constructor(fault: ManagerFault, message: string, options?: { readonly cause?: unknown }) {
    super('secret-unavailable', message, options)
    this.fault = fault
  }
}
