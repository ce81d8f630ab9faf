import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { json } from '../reply.ts'
import { humanTasks } from './human-tasks.ts'
import { Incidents } from './incidents.ts'
import { searchAll } from './search-all.ts'
import { settingHandlers } from './settings.ts'

export function peopleHandlers(dependencies: HttpDependencies): Handlers<'people'> {
  const incidents = new Incidents(dependencies)
  return {
    ...settingHandlers(dependencies),
    search: async ({ query, caller }) => json({ groups: await searchAll(query, dependencies, caller) }),
    humanTasks: async ({ query }) => json(await humanTasks(query, dependencies)),
    incidents: async ({ query }) => json(await incidents.list(query)),
  }
}
