import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import type { InputsOf } from "../../provider/property.ts";
import { boolean, number, output } from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { iamClient } from "./client.ts";

const properties = {
  allowUsersToChangePassword: boolean({ default: true }),
  hardExpiry: boolean({ computed: true }),
  maxPasswordAge: number({ computed: true }),
  minimumPasswordLength: number({ default: 6 }),
  passwordReusePrevention: number({ computed: true }),
  requireLowercaseCharacters: boolean({ computed: true }),
  requireNumbers: boolean({ computed: true }),
  requireSymbols: boolean({ computed: true }),
  requireUppercaseCharacters: boolean({ computed: true }),
  expirePasswords: output(boolean()),
};

/** The call sets every part at once: what is left out goes back to AWS's default. */
async function put(place: Place, inputs: InputsOf<typeof properties>): Promise<void> {
  const iam = await place.client(iamClient);
  await iam.updateAccountPasswordPolicy({
    AllowUsersToChangePassword: inputs.allowUsersToChangePassword,
    HardExpiry: inputs.hardExpiry,
    MaxPasswordAge: inputs.maxPasswordAge || undefined,
    MinimumPasswordLength: inputs.minimumPasswordLength,
    PasswordReusePrevention: inputs.passwordReusePrevention || undefined,
    RequireLowercaseCharacters: inputs.requireLowercaseCharacters,
    RequireNumbers: inputs.requireNumbers,
    RequireSymbols: inputs.requireSymbols,
    RequireUppercaseCharacters: inputs.requireUppercaseCharacters,
  });
}

export const accountPasswordPolicy = resource({
  title: "IAM Account Password Policy",
  global: true,
  properties,
  async create(place, inputs) {
    await put(place, inputs);
    return "iam-account-password-policy";
  },
  async read(place) {
    const iam = await place.client(iamClient);
    const found = (await unless(iam.getAccountPasswordPolicy({}), "NoSuchEntityException"))?.PasswordPolicy;
    return (
      found && {
        allowUsersToChangePassword: found.AllowUsersToChangePassword,
        hardExpiry: found.HardExpiry,
        maxPasswordAge: found.MaxPasswordAge,
        minimumPasswordLength: found.MinimumPasswordLength,
        passwordReusePrevention: found.PasswordReusePrevention,
        requireLowercaseCharacters: found.RequireLowercaseCharacters,
        requireNumbers: found.RequireNumbers,
        requireSymbols: found.RequireSymbols,
        requireUppercaseCharacters: found.RequireUppercaseCharacters,
        expirePasswords: found.ExpirePasswords,
      }
    );
  },
  update: (place, _id, inputs) => put(place, inputs),
  async delete(place) {
    const iam = await place.client(iamClient);
    await unless(iam.deleteAccountPasswordPolicy({}), "NoSuchEntityException");
  },
});
