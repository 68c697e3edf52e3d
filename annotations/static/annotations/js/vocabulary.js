// The field's own terms, which are stored as they are, in the page's language.

const TERMS = new Set([
  // Source media.
  gettext_noop("Web text"), gettext_noop("Web table"), gettext_noop("PDF"), gettext_noop("Image/graphic"),
  gettext_noop("Video"), gettext_noop("Audio"), gettext_noop("Metadata"), gettext_noop("Other"),
  // Strategies.
  gettext_noop("Written Evidence"), gettext_noop("Numerical Comparison"), gettext_noop("Consultation"),
  gettext_noop("Satirical Source Identification"), gettext_noop("Media Source Discovery"),
  gettext_noop("Image Analysis"), gettext_noop("Video Analysis"), gettext_noop("Audio Analysis"),
  gettext_noop("Geolocation"), gettext_noop("Fact-checker Reference"),
]);

/** What a stored term is called; one that isn't known is called as it is stored. */
export const termName = (term) => (TERMS.has(term) ? gettext(term) : term);
