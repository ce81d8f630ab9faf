import type { TaskDefinition } from '@batuta/plugin-sdk'
import { cloudReset, cloudSync } from './cloud-jobs.ts'
import { checkStatus, sync } from './connection-tasks.ts'

export const tasks: readonly TaskDefinition[] = [checkStatus, cloudReset, cloudSync, sync]
