// The tools that an author gives to a model, by their types.
import { TaskError, isList, isMap, mapGet, type Value, type ValueMap } from '@batuta/plugin-sdk'
import { renderSettings, type ModelRoom } from '../model/open-model.ts'
import { flowTool } from './flow-tool.ts'
import { mcpTools } from './mcp-tools.ts'
import { skillTool } from './skill-tool.ts'
import { taskTools } from './task-tools.ts'
import type { Tool } from './tool.ts'
import { googleSearch, tavilySearch } from './web-search.ts'

export interface ToolRoom extends ModelRoom {
  /** Runs a model that has tools of its own: as a tool of another. */
  readonly ask: (written: ValueMap, prompt: string) => Promise<string>
}

const TOOLS_MAX = 128

export async function openTools(room: ToolRoom, written: Value | undefined): Promise<readonly Tool[]> {
  if (written === undefined || written === null) return []
  if (!isList(written)) throw new TaskError('"tools" must be a list of maps with a type')
  const tools: Tool[] = []
  for (const item of written) {
    if (typeof item !== 'object' || item === null || !isMap(item))
      throw new TaskError('a tool must be a map with a type')
    tools.push(...(await openTool(room, item)))
  }
  if (tools.length > TOOLS_MAX)
    throw new TaskError(`the model would have ${tools.length} tools, at most ${TOOLS_MAX} are given`)
  const names = tools.map(({ spec }) => spec.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TaskError(`two tools have the name "${twice}": give one of them another name`)
  return tools
}

async function openTool(room: ToolRoom, written: ValueMap): Promise<readonly Tool[]> {
  const type = String(mapGet(written, 'type') ?? '')
  const { ctx } = room
  const settings = (): ReturnType<typeof renderSettings> => renderSettings(ctx, 'tools', written)
  switch (type.slice(type.lastIndexOf('.') + 1)) {
    case 'KestraFlow':
    case 'KestraFlowCalling':
      return [flowTool(ctx, await settings())]
    case 'KestraTask':
    case 'KestraTaskCalling':
      // Tasks render their properties themselves.
      return taskTools(ctx, mapGet(written, 'tasks') ?? [])
    case 'TavilyWebSearch':
      return [tavilySearch(ctx, await settings())]
    case 'GoogleCustomWebSearch':
      return [googleSearch(ctx, await settings())]
    case 'StreamableHttpMcpClient':
      return await mcpTools(ctx, await settings())
    case 'Skill':
      return [skillTool(ctx, await settings())]
    case 'AIAgent':
      return [await agentTool(room, written)]
    default:
      throw new TaskError(
        `the tool "${type}" is not implemented: there are KestraFlow, KestraTask, TavilyWebSearch, GoogleCustomWebSearch, StreamableHttpMcpClient, Skill and AIAgent`,
      )
  }
}

async function agentTool({ ctx, ask }: ToolRoom, written: ValueMap): Promise<Tool> {
  const { name, description } = await renderSettings(ctx, 'tools', written)
  return {
    spec: {
      name: String(name ?? 'tool'),
      description: String(description ?? ''),
      parameters: { type: 'object', properties: { prompt: { type: 'string' } }, required: ['prompt'] },
    },
    use: given => ask(written, String(given['prompt'] ?? '')),
  }
}
