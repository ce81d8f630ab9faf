import type { TaskDefinition } from '@batuta/plugin-sdk'
import { createComment, updateFields } from './change-issue.ts'
import { createIssue } from './create-issue.ts'

export const tasks: readonly TaskDefinition[] = [createComment, createIssue, updateFields]
