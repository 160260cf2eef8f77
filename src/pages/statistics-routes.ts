/** The statistics' routes. */
import type { FastifyInstance } from 'fastify'
import { LANGUAGES, languageRoot } from '#src/stations/fraction.ts'
import { parseStationId } from '#src/stations/ids.ts'
import { openStatistics } from '#src/store/statistics.ts'
import type { PagesOptions, PageTools } from './site.ts'
import { bikeFigures } from './statistics-bike.ts'
import { statisticsPage } from './statistics-page.ts'
import { statisticsPath } from './statistics-path.ts'
import { pageStylesheet, serveStylesheet } from './stylesheet.ts'
import { allowScripts } from './web-files.ts'

export function registerStatistics(
  app: FastifyInstance,
  { store, journal, bookings }: PagesOptions,
  {
    viewFor,
    send,
    sendNotFound,
    web,
  }: Pick<PageTools, 'viewFor' | 'send' | 'sendNotFound' | 'web'>,
): void {
  const css = pageStylesheet('statistics')
  const files = { cssUrl: css.url, script: web.island('statistics') }
  const statisticsOf = openStatistics({ store, journal })

  for (const language of LANGUAGES) {
    const root = languageRoot(language)
    const path = statisticsPath(language)

    app.get(root + path, async (request, reply) => {
      const view = viewFor(request, language)
      const figures = await statisticsOf(undefined, view.now)
      const bike =
        bookings && view.takesBookings
          ? await bikeFigures(store, bookings.desk, view.now, view.timeZone)
          : undefined
      allowScripts(reply)
      return send(request, reply, statisticsPage(view, { figures, ...(bike && { bike }) }, files))
    })

    app.get<{ Params: { id: string } }>(`${root}/s/:id${path}`, async (request, reply) => {
      const station = journal.town.stations.get(parseStationId(request.params.id)!)
      if (!station) return sendNotFound(request, reply, language)
      const view = viewFor(request, language)
      const figures = await statisticsOf(station, view.now)
      allowScripts(reply)
      return send(request, reply, statisticsPage(view, { figures, station }, files))
    })
  }
  serveStylesheet(app, css)
}
