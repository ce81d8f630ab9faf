import { RESOURCES, type Resource } from '@batuta/core'

/** What belongs to a resource, as a sentence. */
export function summaryOf(resource: Resource): string {
  return RESOURCES[resource].summary
}
