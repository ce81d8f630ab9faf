import type { TaskDefinition } from '@batuta/plugin-sdk'
import { push, sync } from './old-tasks.ts'
import { pushDashboards, pushExecutionFiles, pushFlows, pushNamespaceFiles } from './push/push-tasks.ts'
import { clone } from './repository/clone.ts'
import { namespaceSync, tenantSync } from './sync/instance-tasks.ts'
import { syncDashboards, syncFlow, syncFlows, syncNamespaceFiles } from './sync/sync-tasks.ts'

export const tasks: readonly TaskDefinition[] = [
  clone,
  namespaceSync,
  push,
  pushDashboards,
  pushExecutionFiles,
  pushFlows,
  pushNamespaceFiles,
  sync,
  syncDashboards,
  syncFlow,
  syncFlows,
  syncNamespaceFiles,
  tenantSync,
]
