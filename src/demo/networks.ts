import { hash32 } from './random.ts'

/**
 * Networks of access providers, by the city in which the DB-IP data of this release places every address of them
 * (`test/demo/networks.int.spec.ts` asks it). Only the first three numbers: the last is made up for each guest.
 */
export const networks = {
  Lyon: [
    '176.142.150',
    '90.39.162',
    '89.85.141',
    '86.202.96',
    '92.137.51',
    '82.236.108',
    '82.224.42',
    '31.36.90',
    '90.9.15',
    '86.207.159',
    '92.159.204',
    '89.87.210',
  ],
  Paris: [
    '90.59.174',
    '109.10.102',
    '77.142.126',
    '93.3.216',
    '78.205.123',
    '86.246.174',
    '88.163.180',
    '91.169.132',
  ],
  Marseille: ['90.5.117', '86.204.96', '86.211.99', '82.226.99', '92.150.51'],
  Grenoble: ['82.229.15', '89.170.135', '109.11.39', '2.7.60'],
  Geneva: ['188.60.162', '83.228.219'],
  London: ['86.139.72', '86.147.150', '86.156.27', '86.173.99'],
  Edinburgh: ['82.37.123', '86.159.120', '92.40.195', '77.97.219'],
  Berlin: ['87.183.168', '91.64.39', '89.14.78', '77.183.177', '79.216.201'],
  Milan: ['93.48.225', '2.233.171', '88.56.18', '151.59.192', '37.160.135'],
  Barcelona: ['83.50.39', '88.5.219', '83.46.162'],
  Lisbon: ['85.242.36', '94.61.219', '188.81.129', '176.79.51', '89.181.66'],
  Brussels: ['109.142.57', '109.88.18', '91.181.24', '81.242.3'],
  Amsterdam: ['77.162.165', '82.75.153', '188.206.231', '213.93.123'],
  Copenhagen: ['87.49.201', '80.161.144', '2.109.27', '62.198.84', '85.81.213'],
  Vienna: ['80.109.96', '84.114.24', '212.186.192', '91.115.132', '178.115.42'],
  Montreal: ['142.169.78', '96.21.40'],
  'New York': ['74.101.132', '69.86.111', '68.173.20', '72.229.30', '108.41.10'],
  Lagos: ['105.112.9', '105.116.165', '102.89.3', '197.210.30', '41.58.135'],
  Dakar: ['41.82.96', '154.124.108', '196.207.207'],
  Casablanca: ['105.157.45', '196.121.177', '197.153.156', '41.141.150'],
  /** Data centres: nobody lives there. */
  Ashburn: ['54.196.192', '3.85.90', '52.71.222'],
  'Frankfurt am Main': ['3.120.237', '46.101.177', '18.184.6'],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type City = keyof typeof networks

/** Exchange Online Protection, which opens the links in mails before their readers do. */
export const MAIL_PROTECTION = ['40.107.12.71', '40.107.22.103', '104.47.11.169', '104.47.55.106'] as const

/**
 * @param label whose line it is; the same label has the same address each time
 * @param line 0 for the line at home, 1 and on for other lines in the same city, in other networks where there are any
 */
export function addressIn(city: City, label: string, line = 0): string {
  const known = networks[city]
  const network = known[(hash32(label) + line) % known.length] ?? known[0]
  return `${network}.${String(2 + (hash32(`${label} ${String(line)}`) % 250))}`
}
