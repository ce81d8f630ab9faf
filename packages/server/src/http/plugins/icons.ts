// Icons of types, drawn from their names: the initials of the family on a colour that is always the same for it. Pictures of other makers' marks
// are not ours to ship.
import type { Catalogue, ResolvedType } from '@batuta/core'

export interface Icon {
  readonly name: string
  /** SVG in base 64. */
  readonly icon: string
  readonly flowable: boolean
}

export function iconOf({ type, kind }: ResolvedType): Icon {
  const name = type.slice(type.lastIndexOf('.') + 1)
  return { name, icon: encoded(drawIcon(groupOf(type))), flowable: kind === 'flowable' }
}

export function iconsByType(catalogue: Catalogue): Readonly<Record<string, Icon>> {
  return Object.fromEntries(listTypes(catalogue).map(type => [type.type, iconOf(type)]))
}

export function iconsByGroup(catalogue: Catalogue): Readonly<Record<string, Icon>> {
  const groups = new Set(listTypes(catalogue).map(({ type }) => groupOf(type)))
  return Object.fromEntries(
    [...groups].map(group => [group, { name: group, icon: encoded(drawIcon(group)), flowable: false }]),
  )
}

export function drawIcon(group: string): string {
  const letters = initialsOf(group)
  const hue = [...group].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7)
  const text = `<text x="12" y="16" text-anchor="middle" font-family="sans-serif" font-size="10" font-weight="600" fill="#fff">${letters}</text>`
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"><rect width="24" height="24" rx="5" fill="hsl(${hue} 45% 42%)"/>${text}</svg>`
}

function listTypes(catalogue: Catalogue): readonly ResolvedType[] {
  return [...catalogue.names()].flatMap(name => catalogue.resolve(name) ?? [])
}

export function groupOf(type: string): string {
  const dot = type.lastIndexOf('.')
  return dot < 0 ? type : type.slice(0, dot)
}

function initialsOf(group: string): string {
  const words = group.split('.').filter(word => !['io', 'kestra', 'plugin'].includes(word))
  const letters = words.slice(-2).map(word => word.replace(/[^A-Za-z0-9]/g, '').charAt(0))
  return letters.join('').toUpperCase() || '?'
}

function encoded(svg: string): string {
  return btoa(svg)
}
