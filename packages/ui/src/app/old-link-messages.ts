// What is said where an address of an older server leads nowhere.
import { defineMessages, type Translate } from '../lib/messages.ts'

const english = {
  templates: 'There are no templates',
  templatesText:
    'What was a template is a flow that others call as a subflow. Flows that use templates still run: their tasks stand in the flow.',
  templatesWay: 'To the flows',
  docs: 'The documentation stands beside each page',
  docsText: 'Press \\ on any page for its help. Every type of task has a page with its properties and examples.',
  docsWay: 'To the types of tasks',
  others: 'There is nothing of this kind here',
  othersText: 'Flows ask people by pauses and approvals, which wait in the inbox.',
  othersWay: 'To the inbox',
  tenants: 'This part of the administration has no page',
  tenantsText:
    'Tenants are reached over the API and the command line. Limits and the state of the server are on the page of the instance.',
  tenantsWay: 'To the instance',
} as const

export const t: Translate<typeof english> = defineMessages('oldLinks', english)
