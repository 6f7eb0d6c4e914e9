#include "base/digest.hpp"

#include <memory>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/check.hpp"

namespace skep {
namespace {

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

// Fetched once: to find it costs more than to digest a few hundred bytes.
const EVP_MD* sha256_algorithm() {
    static const EVP_MD* const kAlgorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return kAlgorithm;
}

}  // namespace

Digest sha256(std::initializer_list<std::string_view> parts) {
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    CHECK(context && EVP_DigestInit_ex(context.get(), sha256_algorithm(), nullptr) == 1);
    for (const auto part : parts)
        CHECK(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1);
    Digest digest;
    CHECK(EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) == 1);
    return digest;
}

Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts) {
    const std::unique_ptr<EVP_MAC, decltype(&EVP_MAC_free)> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr), EVP_MAC_free);
    const std::unique_ptr<EVP_MAC_CTX, decltype(&EVP_MAC_CTX_free)> context(EVP_MAC_CTX_new(mac.get()),
                                                                            EVP_MAC_CTX_free);
    char digest_name[] = "SHA256";
    const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                 OSSL_PARAM_construct_end()};
    CHECK(context && EVP_MAC_init(context.get(), bytes_of(key), key.size(), params) == 1);
    for (const auto part : parts)
        CHECK(EVP_MAC_update(context.get(), bytes_of(part), part.size()) == 1);
    Digest digest;
    std::size_t size = 0;
    CHECK(EVP_MAC_final(context.get(), digest.data(), &size, digest.size()) == 1 && size == digest.size());
    return digest;
}

std::string hex(const Digest& digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * digest.size());
    for (const std::uint8_t byte : digest) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
    return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace skep
