import type { ApiDialect, PresentOptions } from '@batuta/core'
import type { HttpDependencies } from '../dependencies.ts'

/** How a document of an execution is to be shown now. */
export function lookAt(
  executionId: string,
  dialect: ApiDialect,
  { platform, claimsOf }: Pick<HttpDependencies, 'platform' | 'claimsOf'>,
): PresentOptions {
  const claims = claimsOf?.(executionId)
  return { dialect, nowMs: platform.nowMs(), ...(claims === undefined ? {} : { claims }) }
}
