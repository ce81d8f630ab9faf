// What the server is configured with.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'

export type StorageFacts = Awaited<ReturnType<typeof api.instance.storage>>

/** Above it the disk is called full. */
const USED_MAX = 0.9
const LOOK_AGAIN_MS = 30_000

export function useStorageFacts(isOn = true): UseQueryResult<StorageFacts> {
  return useQuery({
    queryKey: ['instance', 'storage'],
    queryFn: ({ signal }) => api.instance.storage({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
    enabled: isOn,
  })
}

export function usedOf({ disk }: StorageFacts): number {
  return disk && disk.sizeBytes > 0 ? 1 - disk.freeBytes / disk.sizeBytes : 0
}

export function isDiskFull(facts: StorageFacts): boolean {
  return usedOf(facts) > USED_MAX
}
