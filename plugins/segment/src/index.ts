import type { TaskDefinition } from '@batuta/plugin-sdk'
import { reverseEtlStatus, reverseEtlSync } from './reverse-etl.ts'

export const tasks: readonly TaskDefinition[] = [reverseEtlStatus, reverseEtlSync]
