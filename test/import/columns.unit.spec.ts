import { describe, expect, it } from 'vitest'
import { recogniseColumns } from '../../src/import/columns.ts'

describe('columns are recognised', () => {
  it.each([
    ['plain English', ['Name', 'E-mail', 'Phone', 'Plus ones', 'Source', 'Reference']],
    ['the names of the API', ['name', 'email', 'phone', 'plusOnesAllowed', 'utmSource', 'externalRef']],
    ['other English words', ['Full name', 'Mail', 'Mobile', '+1', 'utm_source', 'ID']],
    ['German', ['Gast', 'E-Mail-Adresse', 'Handynummer', 'Begleitpersonen', 'Quelle', 'Gast-ID']],
    ['French', ['Nom complet', 'Adresse e-mail', 'Téléphone', 'Accompagnants', 'Provenance', 'Référence']],
    ['Spanish', ['Nombre', 'Correo electrónico', 'Teléfono', 'Acompañantes', 'Origen', 'Referencia']],
  ])('in %s', (_, header) => {
    const [name, email, phone, plusOnesAllowed, utmSource, externalRef] = header
    expect(recogniseColumns(header).headers).toEqual({
      name,
      email,
      phone,
      plusOnesAllowed,
      utmSource,
      externalRef,
    })
  })

  it.each([
    ['first and last name', ['First name', 'Last name'], { firstName: 0, lastName: 1 }],
    ['Vorname and Nachname', ['Nachname', 'Vorname'], { firstName: 1, lastName: 0 }],
    ['Vorname beside Name', ['Name', 'Vorname'], { firstName: 1, lastName: 0 }],
    ['Prénom beside Nom', ['Prénom', 'NOM'], { firstName: 0, lastName: 1 }],
    ['Nombre beside Apellidos', ['Nombre', 'Apellidos'], { firstName: 0, lastName: 1 }],
    ['a full name beside both', ['name', 'first_name', 'last_name'], { name: 0, firstName: 1, lastName: 2 }],
    ['a full name beside one', ['Full name', 'First name'], { name: 0, firstName: 1 }],
    ['a first name alone', ['First name', 'City'], { firstName: 0 }],
  ])('as %s', (_, header, indexOf) => {
    expect(recogniseColumns(header).indexOf).toEqual(indexOf)
  })

  it('in the export of Luma, now and before', () => {
    const luma = (id: string, source: string) =>
      `${id},name,first_name,last_name,email,phone_number,created_at,approval_status,checked_in_at,${source},qr_code_url,amount,ticket_name`.split(
        ',',
      )
    const expected = {
      name: 'name',
      firstName: 'first_name',
      lastName: 'last_name',
      email: 'email',
      phone: 'phone_number',
    }
    expect(recogniseColumns(luma('guest_id', 'utm_source')).headers).toEqual({
      ...expected,
      externalRef: 'guest_id',
      utmSource: 'utm_source',
    })
    expect(recogniseColumns(luma('api_id', 'custom_source')).headers).toEqual({
      ...expected,
      externalRef: 'api_id',
      utmSource: 'custom_source',
    })
  })

  it('in the exports of Eventbrite, where an order is no reference to one guest', () => {
    const old =
      'Order #,Order Date,First Name,Last Name,Email,Quantity,Price Tier,Ticket Type,Attendee #,Group,Order Type,Currency,Total Paid,Attendee Status,Cell Phone'
    expect(recogniseColumns(old.split(',')).headers).toEqual({
      firstName: 'First Name',
      lastName: 'Last Name',
      email: 'Email',
      phone: 'Cell Phone',
      externalRef: 'Attendee #',
    })
    const now =
      'Order ID,Order date,Attendee first name,Attendee last name,Attendee email,Phone number,Purchaser city,Event name,Event ID,Ticket quantity,Ticket tier,Buyer first name,Buyer last name,Buyer email,Barcode number'
    expect(recogniseColumns(now.split(',')).headers).toEqual({
      firstName: 'Attendee first name',
      lastName: 'Attendee last name',
      email: 'Attendee email',
      phone: 'Phone number',
      externalRef: 'Barcode number',
    })
  })

  it('in the exports of Google Contacts, now and before', () => {
    const now =
      'First Name,Middle Name,Last Name,Phonetic First Name,Name Prefix,Nickname,File As,Organization Name,Labels,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Label,E-mail 2 - Value,Phone 1 - Label,Phone 1 - Value'
    const before =
      'Name,Given Name,Additional Name,Family Name,Yomi Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,Phone 1 - Value'
    const contact = { email: 'E-mail 1 - Value', phone: 'Phone 1 - Value' }
    expect(recogniseColumns(now.split(',')).headers).toEqual({
      firstName: 'First Name',
      middleName: 'Middle Name',
      lastName: 'Last Name',
      ...contact,
    })
    expect(recogniseColumns(before.split(',')).headers).toEqual({
      name: 'Name',
      firstName: 'Given Name',
      middleName: 'Additional Name',
      lastName: 'Family Name',
      ...contact,
    })
  })

  it('with a warning when two have the same name, of which the first is used', () => {
    const { indexOf, warnings } = recogniseColumns(['Name', 'E-Mail', 'email'])
    expect(indexOf.email).toBe(1)
    expect(warnings).toEqual(['Two columns are called "E-Mail"; the first is used.'])
  })

  it('without counting empty ones at the end of the header', () => {
    expect(recogniseColumns(['name', '', 'email', ' ', '']).count).toBe(3)
  })
})

describe('a file without a column of names', () => {
  it('is refused with the headers that were found', () => {
    expect(() => recogniseColumns(['Shoe size', ' City ', ''])).toThrow(
      expect.objectContaining({
        code: 'no_name_column',
        message:
          'There is no column with the names of the guests. Call one of these "name": "Shoe size", "City".',
        extras: { headers: ['Shoe size', 'City'] },
      }),
    )
  })

  it('is told to add a header when its first row is a guest', () => {
    expect(() => recogniseColumns(['Ann Lee', 'ann@example.com'])).toThrow(
      /The first row seems to be a guest/,
    )
  })
})
