import type { TaskDefinition } from '@batuta/plugin-sdk'
import { connectorStatus } from './connector-status.ts'
import { connectorSync } from './connector-sync.ts'

export const tasks: readonly TaskDefinition[] = [connectorStatus, connectorSync]
