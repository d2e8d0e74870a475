"""The use cases: the one door that all front ends go through."""

from lab.course.course import Course
from lab.course.verifying import VERIFY_WAIT

__all__ = ["VERIFY_WAIT", "Course"]
