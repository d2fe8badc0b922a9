/** The fields of a guest as columns tell them; a full name may come in parts. */
export type ColumnField =
  | 'name'
  | 'firstName'
  | 'middleName'
  | 'lastName'
  | 'email'
  | 'phone'
  | 'plusOnesAllowed'
  | 'utmSource'
  | 'externalRef'

/**
 * What columns are called, the best first: in English, German, French and Spanish, and in the exports of Luma
 * (`guest_id`, formerly `api_id`, `first_name`, `phone_number`, `custom_source`), Eventbrite (`Attendee #`,
 * `Barcode number`, `Cell Phone`, `Buyer email`) and Google Contacts (`Given Name`, `E-mail 1 - Value`). Eventbrite's
 * `Order #` is missing on purpose: several guests share it. Written as `columns.ts` compares them.
 */
export const HEADER_WORDS: Readonly<Record<ColumnField, readonly string[]>> = {
  name: [
    ...['fullname', 'guestname', 'attendeename', 'displayname', 'contactname', 'name', 'guest', 'attendee'],
    ...['vollstandigername', 'vorundnachname', 'gastname', 'namedesgastes', 'gast'],
    ...['nomcomplet', 'nometprenom', 'prenometnom', 'nomdelinvite', 'nom'],
    ...['nombrecompleto', 'nombreyapellido', 'nombreyapellidos', 'nombre', 'invitado'],
  ],
  firstName: [
    ...['attendeefirstname', 'firstname', 'givenname', 'forename', 'first'],
    ...['vorname', 'prenom', 'nombredepila', 'primernombre', 'buyerfirstname'],
  ],
  middleName: ['middlename', 'additionalname'],
  lastName: [
    ...['attendeelastname', 'attendeesurname', 'lastname', 'familyname', 'surname', 'last'],
    ...['nachname', 'familienname', 'zuname', 'nomdefamille', 'apellidos', 'apellido', 'buyerlastname'],
  ],
  email: [
    ...['attendeeemail', 'guestemail', 'email', 'emailaddress', 'mail', 'email1value', 'emails'],
    ...['emailadresse', 'mailadresse', 'adresseemail', 'adressemail', 'courriel'],
    ...['correoelectronico', 'correo', 'direcciondecorreo', 'buyeremail', 'purchaseremail'],
  ],
  phone: [
    ...['mobile', 'mobilephone', 'mobilenumber', 'cell', 'cellphone', 'phonenumber', 'phone', 'phone1value'],
    ...['telephone', 'telephonenumber', 'tel', 'guestphone'],
    ...[
      'handy',
      'handynummer',
      'mobil',
      'mobilnummer',
      'mobiltelefon',
      'telefon',
      'telefonnummer',
      'rufnummer',
    ],
    ...[
      'portable',
      'telephoneportable',
      'numerodetelephone',
      'movil',
      'telefonomovil',
      'celular',
      'telefono',
    ],
    ...['numerodetelefono', 'homephone', 'workphone'],
  ],
  plusOnesAllowed: [
    ...['plusonesallowed', 'plusones', 'plusone', 'plus1', '+1', '+1s', 'guestsallowed', 'additionalguests'],
    ...['extraguests', 'begleitpersonen', 'begleitung', 'anzahlbegleitpersonen', 'begleiter'],
    ...['accompagnants', 'accompagnateurs', 'nombredaccompagnants', 'acompanantes', 'numerodeacompanantes'],
  ],
  utmSource: [
    ...[
      'utmsource',
      'source',
      'customsource',
      'quelle',
      'herkunft',
      'provenance',
      'origine',
      'origen',
      'fuente',
    ],
  ],
  externalRef: [
    ...['externalref', 'externalreference', 'externalid', 'guestid', 'apiid', 'attendee#', 'attendeeid'],
    ...['barcodenumber', 'barcode#', 'reference', 'referencenumber', 'ref', 'id'],
    ...['gastid', 'referenz', 'referenznummer', 'kundennummer', 'identifiant', 'referencia', 'identificador'],
  ],
}

/** Words that mean the whole name when they stand alone, and the other half of it beside a first or a last name. */
export const UNCERTAIN_NAMES: readonly string[] = ['name', 'nom', 'nombre', 'guest', 'gast']
