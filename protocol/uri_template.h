// URI templates (RFC 6570) as resources/templates/list gives them: whether an expanded URI may come
// from one. Pure.
#pragma once
#include <cstddef>
#include <string_view>

namespace protocol {

inline constexpr std::size_t kTemplateStepsMax = 100'000;

// Whether some values for the variables of `uri_template` give `uri`. Lenient, since it routes and
// does not validate: {x} stands for any text without "/", "?" and "#", the empty one included, and
// {+x}, {#x}, {/x}, {?x}, {&x} for any text. A template that is not well formed matches as plain
// text. Gives up, with false, after kTemplateStepsMax steps, so that no template costs more.
bool matches_template(std::string_view uri_template, std::string_view uri);

}  // namespace protocol
