/** The national hub's answers, as their fields are, for the stations of the test cast. */

export interface HubServiceText {
  readonly type: number | string
  readonly last?: string | null
  readonly lastText?: string
  readonly next?: string | null
  readonly nextText?: string
}

export function hubService({ type, last, lastText, next, nextText }: HubServiceText) {
  return {
    serviceId: `10${type}`,
    serviceType: type,
    lastAction: last ?? null,
    lastActionAltText: lastText ?? '',
    nextAction: next ?? null,
    nextActionAltText: nextText ?? '',
    extraInfo: '',
    numberOfServices: 1,
    responsible: 'Provåkeriet',
  }
}

export function hubStationOf(
  externalAvsId: string | number,
  services: readonly HubServiceText[] | null,
  more: object = {},
) {
  return {
    id: '13f3b823-fe35-468d-b75b-10f4b3f32f39',
    apiVersion: '1.0.0',
    externalAvsId,
    name: `Station ${externalAvsId}`,
    municipalityCode: '1490',
    streetAddress: 'Provgatan 1',
    lat: '57.72',
    long: '12.94',
    services: services && services.map(hubService),
    ...more,
  }
}
