import type { AccountSeed, OrganizationSeed } from "../emulators/organizations/organization.ts";

const ROOT = "r-bulw";

/** Ids of the sample organization's units. */
const UNITS = {
  infrastructure: "ou-bulw-infra0001",
  prod: "ou-bulw-prod00001",
  stage: "ou-bulw-stage0001",
  dev: "ou-bulw-dev000001",
  suspended: "ou-bulw-suspend01",
} as const;

/** A region that accounts have to enable; some did. */
const JAKARTA = ["ap-southeast-3"];

/** Team accounts are named for what they run and where: `clearing-prod`. */
function team(id: string, system: string, unit: "prod" | "stage" | "dev", joined: string): AccountSeed {
  return {
    id,
    name: `${system}-${unit}`,
    email: `aws+${system}-${unit}@clearing.example.com`,
    parentId: UNITS[unit],
    joinedAt: new Date(joined),
  };
}

const ACCOUNTS: readonly AccountSeed[] = [
  {
    id: "111111111111",
    name: "management",
    email: "aws+management@clearing.example.com",
    parentId: ROOT,
    joinedMethod: "INVITED",
    optInRegions: JAKARTA,
  },
  {
    id: "222222222222",
    name: "security",
    email: "aws+security@clearing.example.com",
    parentId: UNITS.infrastructure,
    optInRegions: JAKARTA,
  },
  {
    id: "333333333333",
    name: "log-archive",
    email: "aws+log-archive@clearing.example.com",
    parentId: UNITS.infrastructure,
    optInRegions: JAKARTA,
  },
  {
    id: "444444444444",
    name: "forensics",
    email: "aws+forensics@clearing.example.com",
    parentId: UNITS.infrastructure,
  },
  // An exchange that was bought and is not in the organization yet.
  { id: "555555555555", name: "acquired-exchange", email: "it@acquired.example.com", joinedMethod: "INVITED" },
  // A venture with another company, which stays outside and sends its findings.
  { id: "666666666666", name: "joint-venture", email: "it@venture.example.com", joinedMethod: "INVITED" },
  team("100000000001", "clearing", "prod", "2023-02-14T09:12:00Z"),
  team("100000000002", "risk", "prod", "2023-02-14T09:40:00Z"),
  { ...team("100000000003", "market-data", "prod", "2023-02-21T14:03:00Z"), optInRegions: JAKARTA },
  team("100000000004", "settlement", "prod", "2023-03-07T08:55:00Z"),
  team("100000000005", "surveillance", "prod", "2023-03-07T10:21:00Z"),
  team("100000000006", "matching", "prod", "2023-04-18T07:30:00Z"),
  { ...team("100000000007", "reference-data", "prod", "2023-05-02T12:00:00Z"), optInRegions: JAKARTA },
  team("100000000008", "reporting", "prod", "2023-05-02T12:25:00Z"),
  team("100000000009", "clearing", "stage", "2023-06-13T09:00:00Z"),
  team("100000000010", "risk", "stage", "2023-06-13T09:20:00Z"),
  { ...team("100000000011", "market-data", "stage", "2023-06-13T09:45:00Z"), optInRegions: JAKARTA },
  team("100000000012", "settlement", "stage", "2023-06-20T15:10:00Z"),
  team("100000000013", "clearing", "dev", "2023-07-04T11:05:00Z"),
  team("100000000014", "risk", "dev", "2023-07-04T11:30:00Z"),
  team("100000000015", "surveillance", "dev", "2023-09-19T13:45:00Z"),
  team("100000000016", "matching", "dev", "2024-01-16T10:10:00Z"),
  // As fresh accounts do, it answers OptInRequired for a while.
  { ...team("100000000090", "collateral", "dev", "2026-01-12T08:00:00Z"), notReadySeconds: 20 },
  {
    ...team("100000000099", "legacy-reporting", "prod", "2022-11-08T16:20:00Z"),
    parentId: UNITS.suspended,
    state: "SUSPENDED",
  },
];

/** The organization of a clearing house with 16 team accounts. No service has trusted access yet, nothing is delegated. */
export const SAMPLE: OrganizationSeed = {
  id: "o-bulwark0demo",
  partition: "aws",
  rootId: ROOT,
  managementAccountId: "111111111111",
  createdAt: new Date("2022-10-03T08:00:00Z"),
  units: [
    { id: UNITS.infrastructure, name: "Infrastructure" },
    { id: UNITS.prod, name: "Prod" },
    { id: UNITS.stage, name: "Stage" },
    { id: UNITS.dev, name: "Dev" },
    { id: UNITS.suspended, name: "Suspended" },
  ],
  accounts: ACCOUNTS,
};
