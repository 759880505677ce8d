// Secrets of every shape, all made up, for tests that plant them. Data.
#pragma once
#include <array>
#include <cstdint>
#include <string>

namespace proxy::config {

// A word is a secret that reads like a name: where a name of a package, a host or a folder stands,
// it is one.
enum class SecretLooks : std::uint8_t { random, word };

struct SecretShape {
  std::string text;
  SecretLooks looks = SecretLooks::random;
};

inline const std::array kSecretShapes{
    SecretShape{"sk-proj-4fT9xQ2mZb7LrW1cVn83KdPe"},
    SecretShape{"sk-ant-api03-Qk7Zt1Rv9_Xw3Bn5-Lm2Pd8AA"},
    SecretShape{"ghp_q8Zr2LxT5vNw7YbK3mPc9DfGh1JsAe4Ru"},
    SecretShape{"github_pat_11AB2CD3E0qWeRtYuIoP_9aSdFgHjKlZxCv"},
    SecretShape{"glpat-x7Kd9fQ2mVb4Ln8Rt1"},
    SecretShape{"xoxb-482910375562-9182736450192-kWq7ZrT2LmXv9BnP"},
    SecretShape{"AKIAQ7ZT4RV2XW9BN5LM"},
    SecretShape{"wJ8xQz/Kd3LmP+7vRtBn/2YcFgHsUeWaXoIiNrT"},
    SecretShape{"AIzaSyB7Qk2Zt9Rv4Xw1Bn6Lm3Pd8Hf5Jg0Ks"},
    SecretShape{"pk_live_51Hq7ZtRvXw3Bn9Lm2PdKc8"},
    SecretShape{"SG.q7ZtRvXw3Bn9Lm2P.dKc8QjHf5Gs0Ya4Ue1Ti6Wo"},
    SecretShape{"npm_7kQzTrXvWbNmLpDcKjHfGsYaUeTiWoRq2x"},
    SecretShape{"hf_QkZtRvXwBnLmPdKcJhHfGsYaUeTiWoRq"},
    SecretShape{"ya29.a0Qk7ZtRvXw3Bn9Lm2PdKc8Jh-HfGs"},
    SecretShape{"1//0eQk7ZtRvXw3Bn9Lm2PdKc8"},
    SecretShape{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0NzExIn0.Qk7ZtRvXw3Bn9Lm2PdKc8JhHfGs"},
    SecretShape{"d41d8cd98f00b204e9800998ecf8427e"},
    SecretShape{"a3f5c9e1b7"},
    SecretShape{"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
    SecretShape{"550e8400-e29b-41d4-a716-446655440f7c"},
    SecretShape{"dGhpcyBpcyBub3QgYSBwYXNzd29yZA=="},
    SecretShape{"QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    SecretShape{"Tr0ub4dor&3!"},
    SecretShape{"p@ss:w/rd#1?"},
    SecretShape{"two words 99 here"},
    SecretShape{"gr\xC3\xBC\xC3\x9F dich\xE2\x82\xAC 42"},
    SecretShape{"quo\"ted\\back'slash1"},
    SecretShape{"per%20cent%2Fed7"},
    SecretShape{"swordfish", SecretLooks::word},
    SecretShape{"correcthorsebatterystaple", SecretLooks::word},
    SecretShape{"correct-horse-battery-staple", SecretLooks::word},
    SecretShape{"opensesame", SecretLooks::word},
    SecretShape{"Hunter", SecretLooks::word},
    SecretShape{"LETMEIN", SecretLooks::word},
    SecretShape{"83749201"},
    SecretShape{"4929123456781234"},
    SecretShape{
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq7Zt\nRvXw3Bn9Lm2PdKc8JhHf\n-----END PRIVATE "
        "KEY-----"},
    SecretShape{"sid=s%3Aq7ZtRvXw3Bn9Lm2P.dKc8; Path=/; HttpOnly"},
    SecretShape{"AccountKey=q7ZtRvXw3Bn9Lm2PdKc8JhHfGs==;EndpointSuffix=core.example.net"},
    SecretShape{"Data Source=db1;User Id=ann;Password=Zt9!Rv4Xw1;"},
    SecretShape{"otpauth://totp/ann?secret=JBSWY3DPEHPK3PXP"},
};

}  // namespace proxy::config
