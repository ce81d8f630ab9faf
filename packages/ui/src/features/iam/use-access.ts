// Users, groups, roles and what binds them. They hang together – a group that goes takes its bindings along –, and so all of them are asked for anew
// after each change, with what oneself may do.
import {
  keepPreviousData,
  useMutation,
  useQuery,
  type UseMutationResult,
  type UseQueryResult,
} from '@tanstack/react-query'
import { ME } from '../../lib/access/use-me.ts'
import { api } from '../../lib/api.ts'
import { queryClient } from '../../lib/query.ts'
import { showToast } from '../../widgets/toast.tsx'

const KEY = 'access'
/** Who looks for one of more than these, searches. */
export const LIST_MAX = 500

export type User = Awaited<ReturnType<typeof api.users.get>>
export type UserRow = Awaited<ReturnType<typeof api.users.list>>['results'][number]
export type Account = Awaited<ReturnType<typeof api.serviceAccounts.get>>
export type Group = Awaited<ReturnType<typeof api.groups.get>>
export type GroupRow = Awaited<ReturnType<typeof api.groups.search>>['results'][number]
export type Member = Awaited<ReturnType<typeof api.groups.members>>['results'][number]
export type Role = Awaited<ReturnType<typeof api.roles.get>>
export type RoleRow = Awaited<ReturnType<typeof api.roles.search>>['results'][number]
export type Binding = Awaited<ReturnType<typeof api.bindings.get>>
export type Invitation = Awaited<ReturnType<typeof api.invitations.get>>
export type Token = Awaited<ReturnType<typeof api.me.tokens>>['results'][number]
export type Session = Awaited<ReturnType<typeof api.me.sessions>>[number]

export interface Found<Row> {
  readonly results: readonly Row[]
  readonly total: number
}

/** `q` is looked for by the server. */
function listQuery(q: string): { readonly page: number; readonly size: number; readonly q?: string } {
  return { page: 1, size: LIST_MAX, ...(q.trim() === '' ? {} : { q: q.trim() }) }
}

export function useUsers(q = '', isOn = true): UseQueryResult<Found<UserRow>> {
  return useQuery({
    queryKey: [KEY, 'users', q],
    queryFn: ({ signal }) => api.users.list({ query: listQuery(q), signal }),
    placeholderData: keepPreviousData,
    enabled: isOn,
  })
}

export function useUser(id: string): UseQueryResult<User> {
  return useQuery({ queryKey: [KEY, 'user', id], queryFn: ({ signal }) => api.users.get({ params: { id }, signal }) })
}

export function useAccounts(q = '', isOn = true): UseQueryResult<Found<Account>> {
  return useQuery({
    queryKey: [KEY, 'accounts', q],
    queryFn: ({ signal }) => api.serviceAccounts.list({ query: listQuery(q), signal }),
    placeholderData: keepPreviousData,
    enabled: isOn,
  })
}

export function useAccount(id: string): UseQueryResult<Account> {
  return useQuery({
    queryKey: [KEY, 'account', id],
    queryFn: ({ signal }) => api.serviceAccounts.get({ params: { id }, signal }),
  })
}

export function useGroups(q = ''): UseQueryResult<Found<GroupRow>> {
  return useQuery({
    queryKey: [KEY, 'groups', q],
    queryFn: ({ signal }) => api.groups.search({ query: listQuery(q), signal }),
    placeholderData: keepPreviousData,
  })
}

export function useGroup(id: string): UseQueryResult<Group> {
  return useQuery({ queryKey: [KEY, 'group', id], queryFn: ({ signal }) => api.groups.get({ params: { id }, signal }) })
}

export function useMembers(id: string): UseQueryResult<Found<Member>> {
  return useQuery({
    queryKey: [KEY, 'members', id],
    queryFn: ({ signal }) => api.groups.members({ params: { id }, query: listQuery(''), signal }),
  })
}

export function useRoles(q = ''): UseQueryResult<Found<RoleRow>> {
  return useQuery({
    queryKey: [KEY, 'roles', q],
    queryFn: ({ signal }) => api.roles.search({ query: listQuery(q), signal }),
    placeholderData: keepPreviousData,
  })
}

export function useRole(id: string): UseQueryResult<Role> {
  return useQuery({ queryKey: [KEY, 'role', id], queryFn: ({ signal }) => api.roles.get({ params: { id }, signal }) })
}

export interface BindingsOf {
  readonly q?: string
  /** Of a user or of a group. */
  readonly of?: { readonly type: 'USER' | 'GROUP'; readonly id: string }
  readonly namespace?: string | undefined
}

export function useBindings({ q = '', of, namespace }: BindingsOf): UseQueryResult<Found<Binding>> {
  return useQuery({
    queryKey: [KEY, 'bindings', q, of?.id, namespace],
    queryFn: ({ signal }) =>
      api.bindings.search({
        query: { ...listQuery(q), ...of, ...(namespace === undefined || namespace === '' ? {} : { namespace }) },
        signal,
      }),
    placeholderData: keepPreviousData,
  })
}

export function useInvitations(): UseQueryResult<Found<Invitation>> {
  return useQuery({
    queryKey: [KEY, 'invitations'],
    queryFn: ({ signal }) => api.invitations.search({ query: { page: 1, size: LIST_MAX }, signal }),
  })
}

/** A change of who may what; it is told when it is done, and why it is not. */
export function useChange<Given, Answer = unknown>(
  change: (given: Given) => Promise<Answer>,
  told: (given: Given) => string,
): UseMutationResult<Answer, Error, Given> {
  return useMutation({
    mutationFn: change,
    onSuccess: (_, given) => showToast({ kind: 'success', text: told(given) }),
    onSettled: refreshAccess,
  })
}

/** The same where no form shows the mistake. */
export function useTold<Given, Answer = unknown>(
  change: (given: Given) => Promise<Answer>,
  told: (given: Given) => string,
  failed: string,
): UseMutationResult<Answer, Error, Given> {
  return useMutation({
    mutationFn: change,
    onSuccess: (_, given) => showToast({ kind: 'success', text: told(given) }),
    onError: error => showToast({ kind: 'error', text: failed, detail: error.message }),
    onSettled: refreshAccess,
  })
}

export async function refreshAccess(): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries({ queryKey: [KEY] }),
    queryClient.invalidateQueries({ queryKey: ME }),
  ])
}
