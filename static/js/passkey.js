// Passkeys: offers them where this browser can do them at this address, and says in words why one did not work.
// The ceremony itself is allauth's own script (mfa/js/webauthn.js).
import { gettext } from "./words.js";

const place = document.querySelector("[data-passkey-error]");
const form = document.getElementById("passkey");
const button = document.getElementById("passkey_button");
const WORDS = {
  NotAllowedError: gettext("Nothing was chosen, or it took too long. Try again."),
  InvalidStateError: gettext("This device has a passkey for your account already."),
  SecurityError: gettext("The browser does not allow passkeys at this address. Tell whoever runs the studio."),
  ConstraintError: gettext("This key cannot replace the password. Take the tick away and try again."),
};

const obstacle = hindrance();
if (form) form.hidden = Boolean(obstacle);
else if (obstacle) {
  place.textContent = obstacle;
  button.disabled = true;
}

function hindrance() {
  if (/^[\d.]+$|:/.test(location.hostname)) {
    const isHere = /^127\.|^\[::1\]$/.test(location.hostname);
    const values = { address: location.hostname, other: location.origin.replace(location.hostname, "localhost") };
    if (isHere) return gettext("Passkeys belong to a name, and %(address)s is a number. Open %(other)s instead.", values);
    return gettext("Passkeys belong to a name, and %(address)s is a number.", values);
  }
  if (!window.isSecureContext) return gettext("Passkeys need an address that begins with https.");
  if (!window.PublicKeyCredential) return gettext("This browser knows no passkeys.");
  return "";
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  place.textContent = WORDS[event.detail.exception.name] ?? gettext("The passkey did not work. Load the page again and retry.");
});
