import type { TaskDefinition } from '@batuta/plugin-sdk'
import { nodeCommands, nodeScript } from './node/node-tasks.ts'
import { pythonCommands, pythonScript } from './python/python-tasks.ts'
import { shellCommands, shellScript } from './shell-tasks.ts'

export const tasks: readonly TaskDefinition[] = [
  nodeCommands,
  nodeScript,
  pythonCommands,
  pythonScript,
  shellCommands,
  shellScript,
]
