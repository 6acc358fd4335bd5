import type { ClientSettings } from "../../provider/place.ts";

export const guardDutyClient = async (settings: ClientSettings) => {
  const { GuardDuty } = await import("@aws-sdk/client-guardduty");
  return new GuardDuty(settings);
};

/** How GuardDuty says that there is no such detector. */
export const notOwned =
  "BadRequestException: The request is rejected because the input detectorId is not owned by the current account.";
