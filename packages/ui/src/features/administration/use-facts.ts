// What the server is configured with.
import { useQuery, type UseQueryResult } from '@tanstack/react-query'
import { api } from '../../lib/api.ts'

export type StorageFacts = Awaited<ReturnType<typeof api.instance.storage>>

const LOOK_AGAIN_MS = 30_000

export function useStorageFacts(isOn = true): UseQueryResult<StorageFacts> {
  return useQuery({
    queryKey: ['instance', 'storage'],
    queryFn: ({ signal }) => api.instance.storage({ signal }),
    refetchInterval: LOOK_AGAIN_MS,
    enabled: isOn,
  })
}
