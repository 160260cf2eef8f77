/** About the service and its accessibility, in Finnish. */
import { contact, contactList, DIGG_REPORT } from './contact.ts'
import { feedSection, followPrivacy } from './feed-links.ts'
import { bookingPrivacy } from './book-words.ts'
import { html, type Html } from './html.ts'
import { operatorName, withSoftHyphens } from './layout.ts'
import type { View } from './site.ts'

export function aboutFinnish(view: View): Html {
  return html`<div class="prose">
    <h1>Tietoja palvelusta</h1>
    <p class="lead">
      Kierrätyspisteet kertovat itse, kun ne ovat täynnä. Säästyt turhalta matkalta, ja astioiden
      viereen jää vähemmän roskia. Kunta: ${view.town.town.name}.
    </p>
    <h2>Näin se toimii</h2>
    <p>
      Astioissa on antureita, jotka mittaavat, kuinka kaukana sisältö on. Mittaustulokset tulevat
      tänne muutaman kerran päivässä tai useammin. Kun astia on ollut hetken täynnä, kierrätyspiste
      kirjoittaa viestin, ja toisen, kun tilaa on taas.
    </p>
    <h2>Näin varmaa se on</h2>
    <p>
      Kerromme aina, kuinka vanha mittaustulos on. Kun anturi on hiljaa, sanomme ”ei tiedossa”, emme
      koskaan, että astia on tyhjä. Mittaus voi olla väärä: ylös juuttunut iso laatikko voi näyttää
      täydeltä astialta.
    </p>
    <h2>Miksi näin kirjoitettiin?</h2>
    <p>
      Jokaisen viestin alla on ”Miksi näin kirjoitettiin?”. Siinä kerrotaan, mitä ehtoja tutkittiin,
      mihin mittauksiin ne perustuivat ja pidättikö jokin viestiä.
    </p>
    <h2>Ilmoituksesi</h2>
    <p>
      Kuka tahansa voi ilmoittaa astian koodilla: täynnä, tilaa on, roskaista, rikki tai liukasta.
      Yksi ihminen lasketaan kerran, eikä yksittäisestä ilmoituksesta koskaan tule viestiä. Enintään
      kolme lasketaan, painoi kuinka moni tahansa.
    </p>
    <h2 id="data">Henkilötiedot</h2>
    <p>
      Sivuilla ei ole seurantaa eikä mitään muilta sivustoilta. Eväste asetetaan vain, kun teet
      ilmoituksen. Siinä on satunnaisia merkkejä, se on voimassa vuorokauden, ja sen ansiosta sama
      puhelin lasketaan kerran.
    </p>
    <p>
      Ilmoituksesta tallennetaan, mitä se koski, missä ja milloin, sekä merkki, joka erottaa ihmiset
      toisistaan. Merkki lasketaan salaisella avaimella, joka vaihdetaan joka vuorokausi ja
      hävitetään seuraavana. Sen jälkeen kukaan, emme edes me, ei saa selville, kenen merkki oli.
      Nimeä, puhelinta tai verkko-osoitetta ei tallenneta.
    </p>
    ${followPrivacy(view)} ${bookingPrivacy(view)} ${feedSection(view)}
    <h2>Avoin data</h2>
    <p>
      Kaikki näkemäsi on myös avointa dataa ilman avainta.
      <a href="/api/docs" hreflang="en">Avoimen datan kuvaus (englanniksi)</a>.
    </p>
    ${contact(view)}
  </div>`
}

export function statementFinnish(view: View, reviewed: string | undefined): Html {
  return html`<div class="prose">
    <h1>${withSoftHyphens('Saavutettavuusseloste')}</h1>
    <p class="lead">
      Näistä sivuista vastaa ${operatorName(view)}, ja tavoitteena on, että kaikki voivat käyttää
      niitä. Tässä kerrotaan, miten sivut täyttävät Ruotsin lain digitaalisen julkisen palvelun
      saavutettavuudesta, mitä puutteita tiedämme ja miten voit ilmoittaa puutteista.
    </p>
    <h2>Kuinka saavutettavia sivut ovat?</h2>
    <p>
      Sivut on tehty täyttämään standardi EN 301 549 V3.2.1 ja siten WCAG 2.1:n taso AA sekä WCAG
      2.2:n kohta 2.5.8 painikkeiden koosta. Ne toimivat ilman JavaScriptiä, pelkällä näppäimistöllä
      ja 400 prosentin suurennuksella.
    </p>
    <p>
      ${
        reviewed === undefined
          ? 'Sivuja ei ole vielä käyty läpi käsin, joten emme väitä niiden täyttävän lakia kokonaan.'
          : `Sivut on viimeksi käyty läpi ${reviewed}.`
      }
    </p>
    <h2>Tiedossa olevat puutteet</h2>
    <ul>
      <li>
        Kartta näyttää tilanteen vain pääpiirteittäin. Samat tiedot ovat viereisessä luettelossa.
      </li>
      <li>Ohjelmoijille tarkoitettu avoimen datan kuvaus on vain englanniksi.</li>
      <li>
        Kohdan ”Miksi näin kirjoitettiin?” ehdot esitetään sääntöjen omalla kielellä, ja niiden yllä
        on lause selvällä suomella.
      </li>
      <li>Suomenkielisiä tekstejä ei ole vielä tarkistanut äidinkielinen lukija.</li>
      <li>
        Sivut on kokeiltu automaattisesti Chromiumilla. Puhelinten ruudunlukijoita ei ole vielä
        kokeiltu.
      </li>
    </ul>
    <h2>Kerro, jos huomaat puutteen</h2>
    <p>Voit olla nimetön. Kerro myös, jos tarvitset tiedot muussa muodossa.</p>
    ${contactList(view)}
    <h2>Valvonta</h2>
    <p>
      Lain noudattamista valvoo Ruotsin digihallintoviranomainen Digg. Jos et ole tyytyväinen
      siihen, miten palautteesi käsiteltiin, voit
      <a href="${DIGG_REPORT}" hreflang="sv"
        >ilmoittaa puutteellisesta saavutettavuudesta Diggille</a
      >.
    </p>
    <h2>Miten testaamme</h2>
    <p>
      Jokainen muutos kokeillaan automaattisesti axe-core-ohjelmalla Chromiumissa: kaikenlaiset
      sivut, vaaleina ja tummina, 360 ja 1280 kuvapistettä leveinä, ruotsiksi, englanniksi ja
      suomeksi. Automaattiset kokeet löytävät noin puolet puutteista; loput löytävät ihmiset.
    </p>
  </div>`
}
