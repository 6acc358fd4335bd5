import { MANIFESTS } from "../remediation/manifests.ts";

/**
 * Features of an organization with less to deploy, for tests that ask how work goes on and not what it makes: half of the resources in
 * an admin stack of one region, and in members none of the documents, which are four fifths of a baseline's state, and no roles of remediations. `make torture`, the
 * demo and the tests of what is made have all of them.
 */
export const FEW_FEATURES = {
  alerts: { enabled: false },
  remediations: { enabled: false },
  systemsManager: { enabled: false },
};

/** The roles of remediations are made alike: one with a runbook, one for hosts and one more stand for all where it is not about each. */
export const FEW_REMEDIATIONS = {
  off: MANIFESTS.map(({ name }) => name).filter(
    (name) => !["host-patch-now", "kms-rotation", "s3-public-access-block"].includes(name),
  ),
};
