import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { dotnetCommands, dotnetScript } from './languages/dotnet.ts'
import { jbangCommands, jbangScript } from './languages/jbang.ts'
import { defineLanguage } from './languages/language.ts'
import { LANGUAGES } from './languages/languages.ts'
import { powershellCommands, powershellScript } from './languages/powershell.ts'
import { scriptTriggers } from './languages/script-triggers.ts'
import { NODE_IMAGE, nodeCommands, nodeScript } from './node/node-tasks.ts'
import { PYTHON_IMAGE, pythonCommands, pythonScript } from './python/python-tasks.ts'
import { SHELL_IMAGE, shellCommands, shellScript } from './shell-tasks.ts'

const simple = LANGUAGES.map(language => ({ language, tasks: defineLanguage(language) }))

export const tasks: readonly TaskDefinition[] = [
  nodeCommands,
  nodeScript,
  pythonCommands,
  pythonScript,
  shellCommands,
  shellScript,
  ...simple.flatMap(each => [each.tasks.commands, each.tasks.script]),
  dotnetCommands,
  dotnetScript,
  jbangCommands,
  jbangScript,
  powershellCommands,
  powershellScript,
]

export const triggers: readonly TriggerDefinition[] = [
  ...scriptTriggers({
    id: 'node',
    name: 'Node.js',
    image: NODE_IMAGE,
    editor: 'javascript',
    script: nodeScript,
    commands: nodeCommands,
    example: "require('@kestra-io/libs').outputs({ rows: 3 })",
  }),
  ...scriptTriggers({
    id: 'python',
    name: 'Python',
    image: PYTHON_IMAGE,
    editor: 'python',
    script: pythonScript,
    commands: pythonCommands,
    isConditionRequired: false,
    example: 'from kestra import Kestra\nKestra.outputs({"rows": 3})',
  }),
  ...scriptTriggers({
    id: 'shell',
    name: 'shell',
    image: SHELL_IMAGE,
    editor: 'shell',
    script: shellScript,
    commands: shellCommands,
    example: `echo '::{"outputs":{"rows":3}}::'`,
  }),
  ...simple
    .filter(({ language }) => language.hasTriggers === true)
    .flatMap(({ language, tasks: own }) => scriptTriggers({ ...language, ...own, example: language.sum })),
]
