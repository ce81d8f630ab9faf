// Instructions that a model reads when it needs them.
import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import { listAt, textAt } from '../json.ts'
import type { Tool } from './tool.ts'

export function skillTool(ctx: RunContext, settings: Readonly<Record<string, unknown>>): Tool {
  const skills = listAt(settings, 'skills').map(skill => ({
    name: textAt(skill, 'name') ?? '',
    description: textAt(skill, 'description') ?? '',
    content: textAt(skill, 'content'),
    uri: textAt(skill, 'contentUri'),
  }))
  if (skills.length === 0) throw new TaskError('the tool Skill needs a list of skills')
  const listed = skills.map(({ name, description }) => `${name}: ${description}`).join('\n')
  return {
    spec: {
      name: 'activate_skill',
      description: `Gives the instructions of a skill. There are:\n${listed}`,
      parameters: {
        type: 'object',
        properties: { name: { type: 'string', enum: skills.map(({ name }) => name) } },
        required: ['name'],
      },
    },
    use: async given => {
      const skill = skills.find(({ name }) => name === given['name'])
      if (skill === undefined) throw new TaskError(`there is no skill "${String(given['name'])}"`)
      return skill.content ?? (skill.uri === undefined ? '' : await ctx.files.readText(skill.uri))
    },
  }
}
