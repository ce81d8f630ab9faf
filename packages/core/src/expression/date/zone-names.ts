/** Java's abbreviations for zones that English otherwise writes as `GMT+1`, by the English name, with a zone that has it. */
const ABBREVIATIONS: readonly (readonly [name: string, abbreviation: string, zone: string])[] = [
  ['Eastern Standard Time', 'EST', 'America/New_York'],
  ['Eastern Daylight Time', 'EDT', 'America/New_York'],
  ['Central Standard Time', 'CST', 'America/Chicago'],
  ['Central Daylight Time', 'CDT', 'America/Chicago'],
  ['Mountain Standard Time', 'MST', 'America/Denver'],
  ['Mountain Daylight Time', 'MDT', 'America/Denver'],
  ['Pacific Standard Time', 'PST', 'America/Los_Angeles'],
  ['Pacific Daylight Time', 'PDT', 'America/Los_Angeles'],
  ['Central European Standard Time', 'CET', 'Europe/Paris'],
  ['Central European Summer Time', 'CEST', 'Europe/Paris'],
  ['Eastern European Standard Time', 'EET', 'Europe/Athens'],
  ['Eastern European Summer Time', 'EEST', 'Europe/Athens'],
  ['Western European Standard Time', 'WET', 'Europe/Lisbon'],
  ['Western European Summer Time', 'WEST', 'Europe/Lisbon'],
  ['British Summer Time', 'BST', 'Europe/London'],
  ['India Standard Time', 'IST', 'Asia/Kolkata'],
  ['Irish Standard Time', 'IST', 'Europe/Dublin'],
  ['Moscow Standard Time', 'MSK', 'Europe/Moscow'],
  ['Türkiye Standard Time', 'TRT', 'Europe/Istanbul'],
  ['Pakistan Standard Time', 'PKT', 'Asia/Karachi'],
  ['Bangladesh Standard Time', 'BDT', 'Asia/Dhaka'],
  ['Nepal Time', 'NPT', 'Asia/Kathmandu'],
  ['Indochina Time', 'ICT', 'Asia/Bangkok'],
  ['Western Indonesia Time', 'WIB', 'Asia/Jakarta'],
  ['Central Indonesia Time', 'WITA', 'Asia/Makassar'],
  ['Eastern Indonesia Time', 'WIT', 'Asia/Jayapura'],
  ['Singapore Standard Time', 'SGT', 'Asia/Singapore'],
  ['Malaysia Time', 'MYT', 'Asia/Kuala_Lumpur'],
  ['Hong Kong Standard Time', 'HKT', 'Asia/Hong_Kong'],
  ['China Standard Time', 'CST', 'Asia/Shanghai'],
  ['Taiwan Standard Time', 'CST', 'Asia/Taipei'],
  ['Philippine Standard Time', 'PST', 'Asia/Manila'],
  ['Japan Standard Time', 'JST', 'Asia/Tokyo'],
  ['Korean Standard Time', 'KST', 'Asia/Seoul'],
  ['Gulf Standard Time', 'GST', 'Asia/Dubai'],
  ['Arabian Standard Time', 'AST', 'Asia/Riyadh'],
  ['Iran Standard Time', 'IRST', 'Asia/Tehran'],
  ['Israel Standard Time', 'IST', 'Asia/Jerusalem'],
  ['Israel Daylight Time', 'IDT', 'Asia/Jerusalem'],
  ['Uzbekistan Standard Time', 'UZT', 'Asia/Tashkent'],
  ['Australian Eastern Standard Time', 'AEST', 'Australia/Sydney'],
  ['Australian Eastern Daylight Time', 'AEDT', 'Australia/Sydney'],
  ['Australian Central Standard Time', 'ACST', 'Australia/Adelaide'],
  ['Australian Central Daylight Time', 'ACDT', 'Australia/Adelaide'],
  ['Australian Western Standard Time', 'AWST', 'Australia/Perth'],
  ['New Zealand Standard Time', 'NZST', 'Pacific/Auckland'],
  ['New Zealand Daylight Time', 'NZDT', 'Pacific/Auckland'],
  ['South Africa Standard Time', 'SAST', 'Africa/Johannesburg'],
  ['West Africa Time', 'WAT', 'Africa/Lagos'],
  ['Central Africa Time', 'CAT', 'Africa/Maputo'],
  ['East Africa Time', 'EAT', 'Africa/Nairobi'],
  ['Brasilia Standard Time', 'BRT', 'America/Sao_Paulo'],
  ['Argentina Standard Time', 'ART', 'America/Argentina/Buenos_Aires'],
  ['Chile Standard Time', 'CLT', 'America/Santiago'],
  ['Chile Summer Time', 'CLST', 'America/Santiago'],
  ['Colombia Standard Time', 'COT', 'America/Bogota'],
  ['Peru Standard Time', 'PET', 'America/Lima'],
  ['Venezuela Time', 'VET', 'America/Caracas'],
  ['Newfoundland Standard Time', 'NST', 'America/St_Johns'],
  ['Newfoundland Daylight Time', 'NDT', 'America/St_Johns'],
]

const BY_NAME: ReadonlyMap<string, string> = new Map(ABBREVIATIONS.map(([name, abbreviation]) => [name, abbreviation]))

// Of several zones with one abbreviation, the first in the list.
const BY_ABBREVIATION: ReadonlyMap<string, string> = new Map(
  ABBREVIATIONS.map(([, abbreviation, zone]) => [abbreviation, zone] as const).reverse(),
)

export function abbreviationOf(englishName: string): string | undefined {
  return BY_NAME.get(englishName)
}

export function zoneOfAbbreviation(abbreviation: string): string | undefined {
  return BY_ABBREVIATION.get(abbreviation)
}
