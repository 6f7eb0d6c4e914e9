#pragma once
// Prometheus text exposition format 0.0.4.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "observability/histogram.hpp"
#include "telemetry/service_report.hpp"

namespace skep::telemetry {

inline constexpr std::string_view kPrometheusType = "text/plain; version=0.0.4; charset=utf-8";

using Labels = std::vector<std::pair<std::string_view, std::string_view>>;

// Writes families one after the other: `family` first, then its samples.
class PrometheusWriter {
public:
    void family(std::string_view name, std::string_view type, std::string_view help);
    void sample(std::string_view name, const Labels& labels, double value);
    // The samples of a histogram family; bounds are powers of two of 16.384 µs.
    void histogram(std::string_view name, const Labels& labels, const Histogram& histogram);

    std::string take() { return std::move(text_); }

private:
    std::string text_;
};

// All metrics of the process and of every service.
std::string prometheus_text(const ProcessReport& process, const std::vector<ServiceReport>& services);

// Those of one service.
std::string prometheus_text(const ServiceReport& service);

}  // namespace skep::telemetry
