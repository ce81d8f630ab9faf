import type { TaskDefinition } from '@batuta/plugin-sdk'
import { decrypt } from './decrypt.ts'
import { encrypt } from './encrypt.ts'

export const tasks: readonly TaskDefinition[] = [decrypt, encrypt]
