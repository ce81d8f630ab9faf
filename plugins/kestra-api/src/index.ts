import type { TaskDefinition } from '@batuta/plugin-sdk'
import { countTask, deleteTask, killTask, queryTask, resumeTask } from './execution-tasks.ts'
import {
  exportByIdTask,
  exportTask,
  fetchLogsTask,
  listFlowsTask,
  listNamespacesTask,
  namespacesWithFlowsTask,
  toggleTask,
} from './other-tasks.ts'

export const tasks: readonly TaskDefinition[] = [
  countTask,
  deleteTask,
  exportByIdTask,
  exportTask,
  fetchLogsTask,
  killTask,
  listFlowsTask,
  listNamespacesTask,
  namespacesWithFlowsTask,
  queryTask,
  resumeTask,
  toggleTask,
]
