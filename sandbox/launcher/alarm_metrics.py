"""Alarms on expressions, of whose metrics and expressions MiniStack keeps nothing. JSON calls, as the provider's plugin makes them."""

from ministack.services import cloudwatch

_put_metric_alarm = cloudwatch._put_metric_alarm
# What AWS describes of an alarm on one metric only.
_OF_ONE_METRIC = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")


def _put_with_metrics(params, request, is_cbor, is_json=False):
    answer = _put_metric_alarm(params, request, is_cbor, is_json)
    alarm = cloudwatch._alarms.get(request.get("AlarmName")) if is_json else None
    if answer[0] == 200 and alarm is not None and request.get("Metrics"):
        for name in _OF_ONE_METRIC:
            alarm.pop(name, None)
        alarm["Metrics"] = request["Metrics"]
    return answer


def install():
    """Wraps MiniStack's CloudWatch."""
    cloudwatch._put_metric_alarm = _put_with_metrics
